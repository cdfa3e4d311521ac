import { type Answer, type Call, type Handler, notFound, refusal } from './call.ts'
import { codeHandlers } from './code.ts'
import type { Entities } from './entities.ts'
import { issueHandlers } from './issues.ts'
import { labelHandlers } from './labels.ts'
import type { Description, Operation } from './openapi.ts'
import type { OperationId } from './operations.ts'
import { runHandlers } from './runs.ts'
import { forbidden, type TokenState } from './tokens.ts'
import { requestViolations } from './validate.ts'
import type { Repository, World } from './world.ts'

/** What all answers of one stand-in are made from; `report` takes a violation. */
export type Site = {
  readonly description: Description
  readonly world: World
  readonly entities: Entities
  readonly report: (violation: string) => void
}

export type Asked = { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly body: unknown }
export type Matched = { readonly operation: Operation; readonly parameters: Readonly<Record<string, string>> }

type GlobalOperation = 'users/get-authenticated' | 'rate-limit/get' | 'meta/get'
type RepositoryOperation = Exclude<OperationId, GlobalOperation>
const handlers: Record<RepositoryOperation, Handler> = { ...issueHandlers, ...labelHandlers, ...runHandlers, ...codeHandlers }

const rate = ({ limit, used, resetS }: TokenState) => ({ limit, used, remaining: limit - used, reset: resetS })
const globals: Record<GlobalOperation, (entities: Entities, token: TokenState) => unknown> = {
  'users/get-authenticated': (entities, token) => entities.render('private-user', entities.user(token.actor.login)),
  'rate-limit/get': (_, token) => ({ rate: rate(token), resources: { core: rate(token), search: rate(token) } }),
  'meta/get': (entities) => entities.render('api-overview', {}),
}
const isGlobal = (id: OperationId): id is GlobalOperation => id in globals

const gone = refusal(410, 'Issues has been disabled in this repository.')
const needsIssues = (id: OperationId) => id.startsWith('issues/') && !id.includes('label')

const handle = (site: Site, id: OperationId, call: Omit<Call, 'repository' | 'actor'>, token: TokenState): Answer => {
  const { owner, repo } = call.parameters
  const repository: Repository | undefined = site.world.repository(`${owner}/${repo}`)
  const refused = forbidden(token.actor, id, repository)
  if (refused !== undefined) return refused
  if (isGlobal(id)) return { status: 200, body: globals[id](site.entities, token) }
  if (repository === undefined) return notFound
  if (needsIssues(id) && !repository.hasIssues) return gone
  return handlers[id]({ ...call, repository, actor: token.actor })
}

/** GitHub's answer to a request; whatever its description does not allow is reported and, where GitHub does so, refused. */
export const answerTo = (site: Site, asked: Asked, matched: Matched | undefined, token: TokenState | undefined): Answer => {
  if (matched === undefined) {
    site.report('unknown route')
    return notFound
  }
  if (token === undefined) return refusal(401, 'Bad credentials')
  if (token.used >= token.limit) return refusal(403, `API rate limit exceeded for ${token.actor.login}.`)
  const { query, body } = asked
  const violations = requestViolations(site.description, { ...matched, query, body })
  for (const one of violations) site.report(one)
  if (violations.some((one) => one.startsWith('invalid body'))) return refusal(422, 'Invalid request.')
  const { world, entities } = site
  return handle(site, matched.operation.id, { world, entities, parameters: matched.parameters, query, body }, token)
}
