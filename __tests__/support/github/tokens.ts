import { type Actor, type Answer, refusal } from './call.ts'
import { type OperationId, operations } from './operations.ts'
import type { Repository } from './world.ts'

export type TokenOptions = { readonly login?: string; readonly permissions?: Actor['permissions'] }
/** `limit` requests an hour; a 304 and `GET /rate_limit` are free. */
export type TokenState = { readonly actor: Actor; readonly limit: number; used: number; readonly resetS: number }

const limits: Record<Actor['kind'], number> = { job: 1_000, user: 5_000 }
const logins: Record<Actor['kind'], string> = { job: 'github-actions[bot]', user: 'octocat' }
const prefixes: Record<Actor['kind'], string> = { job: 'ghs', user: 'ghp' }

/** The tokens that the stand-in knows, each with its own author, rights and rate limit. */
export const createTokens = (now: () => number, limit?: number) => {
  const known = new Map<string, TokenState>()
  const create = (kind: Actor['kind'] = 'job', options: TokenOptions = {}): string => {
    const token = `${prefixes[kind]}_${crypto.randomUUID().replaceAll('-', '')}`
    const actor = { kind, login: options.login ?? logins[kind], permissions: options.permissions ?? {} }
    known.set(token, { actor, limit: limit ?? limits[kind], used: 0, resetS: Math.floor(now() / 1000) + 3_600 })
    return token
  }
  const find = (header: string | undefined) => known.get(/^(?:token|bearer) (.+)$/i.exec(header ?? '')?.[1] ?? '')
  return { create, find }
}

const levels: Record<string, number> = { none: 0, read: 1, write: 2, admin: 3 }
const levelOf = (permission: string) => levels[permission] ?? 0

const forbiddenToJob = (actor: Actor, id: OperationId): boolean => {
  const [scope, needed] = operations[id]
  if (id === 'users/get-authenticated') return true
  if (scope === 'none' || scope === 'metadata') return false
  const unnamed = scope === 'administration' ? 'none' : 'write'
  return levelOf(actor.permissions[scope] ?? unnamed) < levelOf(needed)
}

/** Whoever reads may open an issue and comment; everything else that writes needs the right to push. */
const openToReaders: ReadonlySet<OperationId> = new Set(['issues/create', 'issues/create-comment'])
const forbiddenToUser = (actor: Actor, id: OperationId, repository: Repository): Answer | undefined => {
  const level = levelOf(repository.collaborators.get(actor.login) ?? (repository.isPrivate ? 'none' : 'read'))
  if (level === 0) return refusal(404, 'Not Found')
  const needed = openToReaders.has(id) ? 'read' : operations[id][1]
  return level < levelOf(needed) ? refusal(403, 'Must have admin rights to Repository.') : undefined
}

/** Why this actor may not do this, as GitHub says it; `undefined` when it may. */
export const forbidden = (actor: Actor, id: OperationId, repository: Repository | undefined): Answer | undefined => {
  if (actor.kind === 'job') return forbiddenToJob(actor, id) ? refusal(403, 'Resource not accessible by integration') : undefined
  return repository === undefined ? undefined : forbiddenToUser(actor, id, repository)
}

/** The headers that tell a client what is left. */
export const rateHeaders = (token: TokenState): Record<string, string> => ({
  'x-ratelimit-limit': String(token.limit),
  'x-ratelimit-remaining': String(Math.max(0, token.limit - token.used)),
  'x-ratelimit-used': String(token.used),
  'x-ratelimit-reset': String(token.resetS),
  'x-ratelimit-resource': 'core',
})
