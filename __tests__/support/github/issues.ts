import { type Answer, type Call, type Handler, invalid, notFound, refusal, taking } from './call.ts'
import type { Comment, Issue, Repository } from './world.ts'

const bodyLimit = 65_536
const titleLimit = 256
const labelLimit = 100
const labelNameLimit = 50

type IssueBody = {
  readonly title?: string | number | null
  readonly body?: string | null
  readonly state?: Issue['state']
  readonly state_reason?: string | null
  readonly labels?: readonly (string | { readonly name?: string })[]
  readonly assignees?: readonly string[]
}

const inOrder = <T>(items: readonly T[], key: (item: T) => string | number, query: URLSearchParams): readonly T[] => {
  const sign = (query.get('direction') ?? 'desc') === 'desc' ? -1 : 1
  return items.toSorted((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0))
}
const isSince = (query: URLSearchParams) => (item: { readonly updatedAt: string }) => {
  const since = query.get('since')
  return since === null || Date.parse(item.updatedAt) >= Date.parse(since)
}

const list: Handler = ({ repository, query, entities }) => {
  const state = query.get('state') ?? 'open'
  const labels = (query.get('labels') ?? '').toLowerCase().split(',').filter(Boolean)
  const hasLabels = (issue: Issue) => labels.every((label) => issue.labels.some((name) => name.toLowerCase() === label))
  const kept = repository.issues.filter(
    (issue) => (state === 'all' || issue.state === state) && hasLabels(issue) && issue.author === (query.get('creator') ?? issue.author),
  )
  const comments = (issue: Issue) => repository.comments.filter((one) => one.issue === issue.number).length
  const keys: Record<string, (issue: Issue) => string | number> = { updated: (issue) => issue.updatedAt, comments }
  const key = keys[query.get('sort') ?? ''] ?? ((issue: Issue) => issue.number)
  return { status: 200, items: inOrder(kept.filter(isSince(query)), key, query).map((one) => entities.issue(repository, one)) }
}

const namesOf = (labels: IssueBody['labels'] = []): readonly string[] =>
  labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')))

/** The limits that GitHub holds to without saying so in its description. */
const tooLong = ({ title, body, labels }: IssueBody): Answer | undefined => {
  const names = namesOf(labels)
  const checks: readonly (readonly [boolean, string, string])[] = [
    [title !== undefined && String(title).trim() === '', 'title', "title can't be blank"],
    [String(title ?? '').length > titleLimit, 'title', 'title is too long (maximum is 256 characters)'],
    [(body ?? '').length > bodyLimit, 'body', 'body is too long (maximum is 65536 characters)'],
    [names.length > labelLimit, 'labels', 'an issue takes at most 100 labels'],
    [names.some((name) => name.length > labelNameLimit), 'labels', 'name is too long (maximum is 50 characters)'],
  ]
  const broken = checks.find(([isBroken]) => isBroken)
  return broken === undefined ? undefined : invalid('Issue', broken[1], broken[2])
}

/** GitHub takes nobody who cannot see the repository, and then opens nothing. */
const noAssignee = (repository: Repository, { assignees = [] }: IssueBody): Answer | undefined => {
  const unknown = assignees.find((login) => (repository.collaborators.get(login) ?? 'none') === 'none')
  return unknown === undefined ? undefined : invalid('Issue', 'assignees', `${unknown} cannot be assigned to this issue`)
}

const create = taking<IssueBody>(({ world, repository, actor, entities }, body) => {
  const wrong = tooLong(body) ?? noAssignee(repository, body)
  if (wrong !== undefined) return wrong
  const given = { title: String(body.title), body: body.body ?? null, labels: namesOf(body.labels), assignees: body.assignees ?? [] }
  return { status: 201, body: entities.issue(repository, world.addIssue(repository, { ...given, author: actor.login })) }
})

const withIssue =
  (work: (call: Call, issue: Issue) => Answer): Handler =>
  (call) => {
    const issue = call.repository.issues.find((one) => one.number === Number(call.parameters['issue_number']))
    return issue === undefined ? notFound : work(call, issue)
  }

const setState = (call: Call, issue: Issue, { state, state_reason: reason }: IssueBody) => {
  if (state === undefined || state === issue.state) return
  const isClosed = state === 'closed'
  issue.state = state
  issue.stateReason = reason ?? (isClosed ? 'completed' : 'reopened')
  issue.closedAt = isClosed ? call.world.timestamp() : null
  issue.closedBy = isClosed ? call.actor.login : null
}

const update = withIssue((call, issue) => {
  const { world, repository } = call
  const body = call.body as IssueBody
  const wrong = tooLong(body)
  if (wrong !== undefined) return wrong
  setState(call, issue, body)
  if (body.title !== undefined && body.title !== null) issue.title = String(body.title)
  if (body.body !== undefined) issue.body = body.body
  if (body.labels !== undefined) issue.labels = world.ensureLabels(repository, namesOf(body.labels))
  if (body.assignees !== undefined) issue.assignees = body.assignees
  issue.updatedAt = world.timestamp()
  return { status: 200, body: call.entities.issue(repository, issue) }
})

const lock = (locked: boolean) =>
  withIssue((_, issue) => {
    issue.locked = locked
    return { status: 204 }
  })

type CommentBody = { readonly body: string }
const withComment =
  (work: (call: Call, comment: Comment) => Answer): Handler =>
  (call) => {
    const comment = call.repository.comments.find((one) => one.id === Number(call.parameters['comment_id']))
    return comment === undefined ? notFound : work(call, comment)
  }

const wrongComment = ({ body }: CommentBody): Answer | undefined => {
  if (body.trim() === '') return invalid('IssueComment', 'body', "body can't be blank")
  return body.length > bodyLimit ? invalid('IssueComment', 'body', 'body is too long (maximum is 65536 characters)') : undefined
}

const createComment = withIssue((call, issue) => {
  const { world, repository, actor, entities } = call
  const given = call.body as CommentBody
  const wrong = wrongComment(given)
  if (wrong !== undefined) return wrong
  // The bot of a job's token is no collaborator either.
  const isStranger = !repository.collaborators.has(actor.login)
  if (issue.locked && isStranger) return refusal(403, 'Unable to create comment because issue is locked.')
  issue.updatedAt = world.timestamp()
  const comment = world.addComment(repository, { issue: issue.number, body: given.body, author: actor.login })
  return { status: 201, body: entities.comment(repository, comment) }
})

const updateComment = withComment((call, comment) => {
  const given = call.body as CommentBody
  const wrong = wrongComment(given)
  if (wrong !== undefined) return wrong
  comment.body = given.body
  comment.updatedAt = call.world.timestamp()
  return { status: 200, body: call.entities.comment(call.repository, comment) }
})

const deleteComment = withComment(({ repository }, comment) => {
  repository.comments.splice(repository.comments.indexOf(comment), 1)
  return { status: 204 }
})

const listed = ({ repository, query, entities }: Call, comments: readonly Comment[]): Answer => ({
  status: 200,
  items: comments.filter(isSince(query)).map((one) => entities.comment(repository, one)),
})
const listComments = withIssue((call, issue) => {
  const comments = call.repository.comments.filter((one) => one.issue === issue.number)
  return listed(call, comments)
})

export const issueHandlers = {
  'issues/list-for-repo': list,
  'issues/create': create,
  'issues/get': withIssue(({ repository, entities }, issue) => ({ status: 200, body: entities.issue(repository, issue) })),
  'issues/update': update,
  'issues/lock': lock(true),
  'issues/unlock': lock(false),
  'issues/list-comments': listComments,
  'issues/list-comments-for-repo': (call: Call) =>
    listed(
      call,
      inOrder(call.repository.comments, (one) => one.id, call.query),
    ),
  'issues/get-comment': withComment(({ repository, entities }, one) => ({ status: 200, body: entities.comment(repository, one) })),
  'issues/create-comment': createComment,
  'issues/update-comment': updateComment,
  'issues/delete-comment': deleteComment,
} satisfies Record<string, Handler>
