import type { z } from 'zod'
import type { Comment, GithubAnswer, Issue, Issues, IssuesFailure, LabelChange, UnreadComments, Write } from '../contract/issues.ts'
import type { Instant } from '../contract/seen.ts'
import { shorten } from '../core/text/plain.ts'
import { markerText } from '../incidents/marker.ts'
import type { Client, GithubRequest } from './client.ts'
import { labelsFor, ownLabel } from './labels.ts'
import { commentsShape, issueShape, issuesShape, permissionShape, repositoryShape, writtenComment, writtenIssue } from './shapes.ts'

export type IssuesOptions = {
  readonly client: Client
  /** `owner/name`. */
  readonly repository: string
  /** Hears what was changed so that GitHub takes it. */
  readonly warn: (text: string) => void
}

type Written = Awaited<ReturnType<Issues['perform']>>
type Create = Extract<Write, { kind: 'create' }>
type Update = Extract<Write, { kind: 'update' }>

const maxPages = 50
const perPage = 100
const mostCommentPages = 10
const maxTitleChars = 256
const maxAssignees = 10

const tooMany = { ok: false, failure: { kind: 'refused', cause: `a list of more than ${maxPages} pages is not read` } } as const

/** All pages or a failure: half a list would open what is open already. */
const allPages = async <T>(client: Client, asked: GithubRequest, shape: z.ZodType<readonly T[]>): Promise<GithubAnswer<readonly T[]>> => {
  const all: T[] = []
  let query = asked.query
  for (let page = 1; page <= maxPages; page++) {
    const answer = await client.ask({ ...asked, ...(query === undefined ? {} : { query }) }, shape)
    if (!answer.ok) return answer
    for (const one of answer.value.value) all.push(one)
    query = answer.value.next
    if (query === undefined) return { ok: true, value: all }
  }
  return tooMany
}

/** A change between two pages may show an issue twice. */
const onceEach = (answer: GithubAnswer<readonly Issue[]>): GithubAnswer<readonly Issue[]> =>
  answer.ok ? { ok: true, value: [...new Map(answer.value.map((one) => [one.number, one])).values()] } : answer

const iso = (at: Instant): string => new Date(at).toISOString()

const reader = (client: Client, base: string) => {
  const listed = async (more: Readonly<Record<string, string>>): Promise<GithubAnswer<readonly Issue[]>> => {
    const query = new URLSearchParams({ labels: ownLabel, per_page: '100', ...more })
    return onceEach(await allPages(client, { method: 'GET', path: `${base}/issues`, query, topic: 'repository' }, issuesShape))
  }
  return {
    // Oldest first: what is opened meanwhile comes on the last page.
    listOpen: () => listed({ state: 'open', sort: 'created', direction: 'asc' }),
    listClosed: (since: Instant) => listed({ state: 'closed', sort: 'updated', direction: 'desc', since: iso(since) }),
    allComments: (number: number) => {
      const query = new URLSearchParams({ per_page: `${perPage}` })
      return allPages(client, { method: 'GET', path: `${base}/issues/${number}/comments`, query, topic: 'issue' }, commentsShape)
    },
    /** From the last page back: in a public repository anybody comments, and thousands of them must not cost every run its share of GitHub. */
    comments: async ({ number, count, after }: UnreadComments): Promise<GithubAnswer<readonly Comment[]>> => {
      const pages: (readonly Comment[])[] = []
      const last = Math.max(1, Math.ceil(count / perPage))
      for (let page = last; page > Math.max(0, last - mostCommentPages); page--) {
        const query = new URLSearchParams({ per_page: `${perPage}`, page: `${page}` })
        const asked = { method: 'GET', path: `${base}/issues/${number}/comments`, query, topic: 'issue' } as const
        const answer = await client.ask(asked, commentsShape)
        if (!answer.ok) return answer
        pages.unshift(answer.value.value)
        if (answer.value.value.some(({ id }) => id <= after)) break
      }
      return { ok: true, value: pages.flat() }
    },
  }
}

const login = /^[\w-]+(?:\[bot\])?$/
const yes = (value: boolean): GithubAnswer<boolean> => ({ ok: true, value })

/** What is asked once a run; a failure is asked again. */
const asker = (client: Client, base: string) => {
  const known = new Map<string, boolean>()
  const ask = async <T>(path: string, topic: GithubRequest['topic'], read: { shape: z.ZodType<T>; judge: (value: T) => boolean }) => {
    const before = known.get(path)
    if (before !== undefined) return yes(before)
    const answer = await client.ask({ method: 'GET', path, topic }, read.shape)
    if (!answer.ok) return answer
    const value = read.judge(answer.value.value)
    known.set(path, value)
    return yes(value)
  }
  return {
    isPublic: () => ask(base, 'repository', { shape: repositoryShape, judge: (one) => !one.private }),
    mayWrite: async (name: string): Promise<GithubAnswer<boolean>> => {
      if (!login.test(name)) return yes(false)
      const path = `${base}/collaborators/${encodeURIComponent(name)}/permission`
      const judge = ({ permission }: { permission: string }) => permission === 'write' || permission === 'admin'
      const answer = await ask(path, 'person', { shape: permissionShape, judge })
      // Who is no user (a 404) may not write; that is an answer.
      return !answer.ok && answer.failure.kind === 'refused' ? yes(false) : answer
    },
  }
}

type Extras = { readonly labels: readonly string[]; readonly assignees: readonly string[] }

/** Those that GitHub names, or all when it names none. */
const blamed = (names: readonly string[], cause: string): readonly string[] => {
  const named = names.filter((one) => cause.toLowerCase().includes(one.toLowerCase()))
  return named.length === 0 ? names : named
}

/** What GitHub took amiss; nothing when it was about something else. */
const unwelcome = (
  { labels, assignees }: Extras,
  cause: string,
): { readonly names: readonly string[]; readonly warning: string } | undefined => {
  if (assignees.length > 0 && /assignee/i.test(cause)) {
    const names = blamed(assignees, cause)
    return { names, warning: `the issue is opened without the assignee ${names.join(', ')}, whom GitHub does not take: ${cause}` }
  }
  if (labels.length === 1 || !/label/i.test(cause)) return undefined
  const names = labels.slice(1)
  return { names, warning: `the issue is opened with no label but ${labels[0]}, for GitHub does not take ${names.join(', ')}: ${cause}` }
}

/** The incident is what matters: without the assignees or labels that GitHub does not take it is opened all the same, and the run's next ones at once so. */
const creator = ({ client, warn }: IssuesOptions, path: string) => {
  const refused = new Set<string>()
  const welcome = (names: readonly string[]): readonly string[] => names.filter((one) => !refused.has(one))
  const create = async (write: Omit<Create, 'kind' | 'fingerprint'>): Promise<Written> => {
    const [labels, assignees] = [welcome(write.labels), welcome(write.assignees)]
    const { title, body } = write
    const sent = { title: shorten(title, maxTitleChars), body, labels, ...(assignees.length === 0 ? {} : { assignees }) }
    const answer = await client.ask({ method: 'POST', path, body: sent, topic: 'repository' }, writtenIssue)
    if (answer.ok) return { ok: true, value: { number: answer.value.value.number, author: answer.value.value.user || undefined } }
    const amiss = answer.failure.kind === 'refused' ? unwelcome({ labels, assignees }, answer.failure.cause) : undefined
    if (amiss === undefined) return answer
    for (const one of amiss.names) refused.add(one)
    warn(amiss.warning)
    return create(write)
  }
  return create
}

const updateBody = ({ title, body, state, stateReason }: Update, labels: readonly string[] | undefined) => ({
  ...(title === undefined ? {} : { title: shorten(title, maxTitleChars) }),
  ...(body === undefined ? {} : { body }),
  ...(state === undefined ? {} : { state }),
  ...(stateReason === undefined ? {} : { state_reason: stateReason }),
  ...(labels === undefined ? {} : { labels }),
})

/** GitHub takes whole lists only: the list is that of now, with what changes. */
const changedLabels = (now: readonly string[], { add, remove }: LabelChange): readonly string[] => {
  const leaves = new Set(remove.map((one) => one.toLowerCase()))
  return [...now.filter((one) => !leaves.has(one.toLowerCase())), ...add]
}

const overtaken = { ok: false, failure: { kind: 'overtaken', cause: 'another run has written it meanwhile' } } as const

/** Another run wrote the issue after us, in the second before our comment: that one says it. */
const isOvertaken = async (client: Client, path: string, basedOn: string): Promise<IssuesFailure | undefined> => {
  const answer = await client.ask({ method: 'GET', path, topic: 'issue' }, issueShape)
  // Where it cannot be seen, saying it twice is the smaller fault.
  return answer.ok && markerText(answer.value.value.body) !== markerText(basedOn) ? overtaken.failure : undefined
}

/** One PATCH; the issue is looked at again before it says something, or when labels change. */
const updater = (client: Client, base: string, cleaned: (labels: readonly string[]) => readonly string[]) => {
  const look = async ({ number, labels, basedOn }: Update): Promise<GithubAnswer<Issue> | undefined> => {
    if (labels === undefined && basedOn === undefined) return undefined
    const answer = await client.ask({ method: 'GET', path: `${base}/issues/${number}`, topic: 'issue' }, issueShape)
    if (!answer.ok) return answer
    const issue = answer.value.value
    return basedOn !== undefined && issue.body !== basedOn ? overtaken : { ok: true, value: issue }
  }
  return async (write: Update): Promise<Written> => {
    const now = await look(write)
    if (now?.ok === false) return now
    const labels = write.labels === undefined || now === undefined ? undefined : cleaned(changedLabels(now.value.labels, write.labels))
    const path = `${base}/issues/${write.number}`
    const answer = await client.ask({ method: 'PATCH', path, body: updateBody(write, labels), topic: 'issue' }, writtenIssue)
    // The answer's author is the issue's, who need not be us.
    return answer.ok ? { ok: true, value: { number: write.number, author: undefined } } : answer
  }
}

/** The issues of one repository over GitHub's REST API. */
export const createIssues = (options: IssuesOptions): Issues => {
  const { client, warn } = options
  const base = `/repos/${options.repository.split('/').map(encodeURIComponent).join('/')}`
  const create = creator(options, `${base}/issues`)
  const warned = new Set<string>()
  const cleaned = (given: readonly string[]): readonly string[] => {
    const { labels, warnings } = labelsFor(given)
    for (const one of warnings.filter((text) => !warned.has(text))) warn(one)
    for (const one of warnings) warned.add(one)
    return labels
  }
  const writers: { readonly [Kind in Write['kind']]: (write: Extract<Write, { kind: Kind }>) => Promise<Written> } = {
    create: ({ title, body, labels, assignees }) =>
      create({ title, body, labels: cleaned(labels), assignees: assignees.slice(0, maxAssignees) }),
    update: updater(client, base, cleaned),
    comment: async ({ number, body, basedOn }) => {
      const path = `${base}/issues/${number}/comments`
      const check = basedOn === undefined ? {} : { check: () => isOvertaken(client, `${base}/issues/${number}`, basedOn) }
      const answer = await client.ask({ method: 'POST', path, body: { body }, topic: 'issue', ...check }, writtenComment)
      return answer.ok ? { ok: true, value: { number, author: answer.value.value.user || undefined } } : answer
    },
  }
  return {
    ...reader(client, base),
    ...asker(client, base),
    perform: (write) => {
      if (write.kind === 'create') return writers.create(write)
      return write.kind === 'update' ? writers.update(write) : writers.comment(write)
    },
    editComment: async (id, body) => {
      const answer = await client.ask(
        { method: 'PATCH', path: `${base}/issues/comments/${id}`, body: { body }, topic: 'issue' },
        writtenComment,
      )
      return answer.ok ? { ok: true, value: 'done' } : answer
    },
    counts: client.counts,
  }
}
