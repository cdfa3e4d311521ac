import { z } from 'zod'
import type { GithubAnswer, IssuesFailure } from '../contract/issues.ts'
import type { Contents, FileOnBranch, Pull } from '../contract/repository.ts'
import type { Client, GithubRequest } from './client.ts'

const repositoryShape = z.object({ default_branch: z.string().min(1) })
const refShape = z.object({ object: z.object({ sha: z.string() }) })
const fileShape = z.union([
  z.object({ type: z.literal('file'), encoding: z.string(), content: z.string(), sha: z.string(), size: z.number() }),
  // A folder, a link, a submodule.
  z.unknown().transform(() => undefined),
])
const pullShape = z.object({
  number: z.int().min(1),
  state: z.string(),
  head: z.object({ sha: z.string() }),
})
const anything = z.unknown()

const refused = (cause: string): { ok: false; failure: IssuesFailure } => ({ ok: false, failure: { kind: 'refused', cause } })

const proposeSetting =
  'turn on "Allow GitHub Actions to create and approve pull requests" under Settings, Actions, General, or set pull-request: false'

/** Only text that comes back as the same bytes: anything else would be damaged by writing it. */
const decoded = (content: string): string | undefined => {
  const bytes = Buffer.from(content, 'base64')
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined
}

const fileOf = (path: string, file: z.output<typeof fileShape>): GithubAnswer<FileOnBranch> => {
  if (file === undefined) return refused(`${path} is not a file`)
  if (file.encoding !== 'base64') return refused(`${path} is larger than 1 MB, which GitHub does not send; start a new file`)
  const text = decoded(file.content)
  return text === undefined ? refused(`${path} is not UTF-8 text`) : { ok: true, value: { text, sha: file.sha } }
}

/** Somebody else was faster: the branch is there already, or not as it was read. */
const isConflict = (failure: IssuesFailure): boolean => failure.kind === 'refused' && (failure.status === 409 || failure.status === 422)

const written = (answer: GithubAnswer<unknown>, isOurs: (cause: string) => boolean = () => true): GithubAnswer<'done' | 'conflict'> => {
  if (answer.ok) return { ok: true, value: 'done' }
  return isConflict(answer.failure) && isOurs(answer.failure.cause) ? { ok: true, value: 'conflict' } : answer
}

const encodedPath = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

const reader = (client: Client, base: string, owner: string) => {
  const get = async <T, U>(
    asked: Pick<GithubRequest, 'path' | 'query'> & { topic?: GithubRequest['topic'] },
    shape: z.ZodType<T>,
    read: (value: T) => U,
  ): Promise<GithubAnswer<U>> => {
    const answer = await client.ask({ method: 'GET', topic: 'contents', ...asked }, shape)
    return answer.ok ? { ok: true, value: read(answer.value.value) } : answer
  }
  /** What is not there is an answer. */
  const orNothing = <T>(answer: GithubAnswer<T>): GithubAnswer<T | undefined> =>
    !answer.ok && answer.failure.kind === 'gone' ? { ok: true, value: undefined } : answer
  return {
    defaultBranch: () => get({ path: base, topic: 'repository' }, repositoryShape, (one) => one.default_branch),
    head: async (branch: string) =>
      orNothing(await get({ path: `${base}/git/ref/heads/${encodedPath(branch)}` }, refShape, (one) => one.object.sha)),
    read: async (path: string, branch: string): Promise<GithubAnswer<FileOnBranch | undefined>> => {
      const query = new URLSearchParams({ ref: branch })
      const answer = orNothing(await get({ path: `${base}/contents/${encodedPath(path)}`, query }, fileShape, (one) => ({ one })))
      if (!answer.ok || answer.value === undefined) return answer.ok ? { ok: true, value: undefined } : answer
      return fileOf(path, answer.value.one)
    },
    pulls: (branch: string, into: string) => {
      const query = new URLSearchParams({
        head: `${owner}:${branch}`,
        base: into,
        state: 'all',
        sort: 'created',
        direction: 'desc',
        per_page: '10',
      })
      const pullOf = ({ number, state, head }: z.output<typeof pullShape>): Pull => ({ number, isOpen: state === 'open', head: head.sha })
      return get({ path: `${base}/pulls`, query }, z.array(pullShape), (all) => all.map(pullOf))
    },
  }
}

/** Files, branches and pull requests of one repository over GitHub's REST API. */
export const createContents = ({ client, repository }: { readonly client: Client; readonly repository: string }): Contents => {
  const [owner = ''] = repository.split('/')
  const base = `/repos/${encodedPath(repository)}`
  return {
    ...reader(client, base, owner),
    write: async ({ path, branch, text, message, sha }) => {
      const body = { message, branch, content: Buffer.from(text, 'utf8').toString('base64'), ...(sha === undefined ? {} : { sha }) }
      const asked = { method: 'PUT', path: `${base}/contents/${encodedPath(path)}`, body, topic: 'contents' } as const
      const answer = await client.ask(asked, anything)
      // A branch that was made a moment ago may not be known everywhere yet, and one may be deleted meanwhile.
      if (!answer.ok && answer.failure.kind === 'gone') return { ok: true, value: 'conflict' }
      return written(answer, (cause) => /sha|match|expected/i.test(cause))
    },
    createBranch: async (branch, sha) => {
      const body = { ref: `refs/heads/${branch}`, sha }
      return written(await client.ask({ method: 'POST', path: `${base}/git/refs`, body, topic: 'contents' }, anything), (cause) =>
        /already exists/i.test(cause),
      )
    },
    moveBranch: async (branch, sha) => {
      const path = `${base}/git/refs/heads/${encodedPath(branch)}`
      return written(await client.ask({ method: 'PATCH', path, body: { sha, force: true }, topic: 'contents' }, anything))
    },
    openPull: async ({ branch, into, title, body }) => {
      const asked = { method: 'POST', path: `${base}/pulls`, body: { head: branch, base: into, title, body }, topic: 'contents' } as const
      const answer = await client.ask(asked, z.object({ number: z.int().min(1) }))
      if (answer.ok) return { ok: true, value: answer.value.value.number }
      const { failure } = answer
      if (isConflict(failure) && /already exists|no commits between/i.test(failure.cause)) return { ok: true, value: 'conflict' }
      const isSetting = failure.kind === 'forbidden' && /not permitted to create/i.test(failure.cause)
      return isSetting ? { ok: false, failure: { ...failure, advice: proposeSetting } } : answer
    },
  }
}
