import type { Entities } from './entities.ts'
import type { Repository, World } from './world.ts'

export type Actor = {
  /** `job`: a `GITHUB_TOKEN`, whose author is `github-actions[bot]`. `user`: a person's token. */
  readonly kind: 'job' | 'user'
  readonly login: string
  /** Of a job token; what is not named is `write`. */
  readonly permissions: Readonly<Record<string, 'read' | 'write' | 'none'>>
}

export type Call = {
  readonly world: World
  readonly entities: Entities
  readonly repository: Repository
  readonly actor: Actor
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Checked against the description before a handler sees it. */
  readonly body: unknown
}

/** A body, nothing, or the items of a list, of which one page is sent (inside an object when `wrap` makes one). */
export type Answer =
  | { readonly status: number; readonly body?: unknown }
  | { readonly status: 200; readonly items: readonly unknown[]; readonly wrap?: (items: readonly unknown[], total: number) => unknown }
export type Handler = (call: Call) => Answer

/** A handler that reads a body; its type is what the description has made sure of. */
export const taking =
  <Body>(work: (call: Call, body: Body) => Answer): Handler =>
  (call) =>
    work(call, call.body as Body)

const documentation = 'https://docs.github.com/rest'
export const refusal = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: documentation, status: String(status) },
})
export const notFound = refusal(404, 'Not Found')
/** GitHub's answer to a body that it understood and does not take. */
export const invalid = (resource: string, field: string, message: string): Answer => ({
  status: 422,
  body: {
    message: 'Validation Failed',
    errors: [{ resource, field, message, code: 'custom' }],
    documentation_url: documentation,
    status: '422',
  },
})
