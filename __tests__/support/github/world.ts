import { createHash } from 'node:crypto'

export type Issue = {
  readonly id: number
  readonly number: number
  title: string
  body: string | null
  state: 'open' | 'closed'
  stateReason: string | null
  labels: readonly string[]
  assignees: readonly string[]
  readonly author: string
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
  closedBy: string | null
  locked: boolean
  readonly isPullRequest: boolean
}
export type Comment = {
  readonly id: number
  readonly issue: number
  body: string
  readonly author: string
  readonly createdAt: string
  updatedAt: string
}
export type Label = { readonly id: number; name: string; color: string; description: string | null }
/** What a test knows of a run, a job, a pull request…; the rest is filled in when it is asked for. */
export type Known = { readonly id: number } & { readonly [name: string]: unknown }
export type Permission = 'admin' | 'write' | 'read' | 'none'
type Dispatch = { readonly event: string; readonly by: string; readonly ref?: string; readonly inputs: unknown }

export type Repository = {
  readonly fullName: string
  isPrivate: boolean
  hasIssues: boolean
  readonly defaultBranch: string
  readonly issues: Issue[]
  readonly comments: Comment[]
  /** By lower-case name: GitHub's labels ignore case. */
  readonly labels: Map<string, Label>
  readonly collaborators: Map<string, Permission>
  readonly workflows: Known[]
  readonly runs: Known[]
  readonly jobs: Known[]
  readonly runners: Known[]
  readonly pulls: (Known & {
    readonly number: number
    readonly files: readonly object[]
    /** The branches, and the commit of the first. */
    readonly head?: string
    readonly base?: string
    sha?: string
  })[]
  /** Path -> text on the default branch. */
  readonly files: Map<string, string>
  /** The same for other branches. */
  readonly branchFiles: Map<string, Map<string, string>>
  /** Those that were made by writing a file. */
  readonly commits: { readonly sha: string; readonly branch: string; readonly path: string }[]
  /** The setting "Allow GitHub Actions to create and approve pull requests". */
  mayPropose: boolean
  /** `refs/heads/main` -> commit. */
  readonly refs: Map<string, string>
  readonly objects: Map<string, object>
  /** What `repository_dispatch` and `workflow_dispatch` were asked for. */
  readonly dispatches: Dispatch[]
  readonly sarifs: { readonly ref: string; readonly sarif: string }[]
}

export const shaOf = (text: string): string => createHash('sha1').update(text).digest('hex')

/** Everything that the stand-in remembers. Tests read and change it freely. */
export const createWorld = (now: () => number) => {
  let lastId = 100
  const repositories = new Map<string, Repository>()
  const nextId = () => ++lastId
  const timestamp = () => new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z')

  const addRepository = (fullName: string, given: Partial<Repository> = {}): Repository => {
    const first = shaOf(fullName)
    const lists = {
      issues: [],
      comments: [],
      workflows: [],
      runs: [],
      jobs: [],
      runners: [],
      pulls: [],
      dispatches: [],
      sarifs: [],
      commits: [],
    }
    const maps = {
      labels: new Map(),
      collaborators: new Map(),
      files: new Map(),
      branchFiles: new Map(),
      objects: new Map(),
      refs: new Map([['refs/heads/main', first]]),
    }
    const repository: Repository = {
      fullName,
      isPrivate: true,
      hasIssues: true,
      mayPropose: true,
      defaultBranch: 'main',
      ...lists,
      ...maps,
      ...given,
    }
    repositories.set(fullName.toLowerCase(), repository)
    return repository
  }
  /** GitHub makes a label that it does not know yet when an issue asks for it. */
  const ensureLabels = (repository: Repository, names: readonly string[]): readonly string[] => {
    for (const name of names) {
      if (repository.labels.has(name.toLowerCase())) continue
      repository.labels.set(name.toLowerCase(), { id: nextId(), name, color: 'ededed', description: null })
    }
    return [...new Set(names.map((name) => repository.labels.get(name.toLowerCase())?.name ?? name))]
  }
  const addIssue = (repository: Repository, given: Partial<Issue> & { readonly title: string }): Issue => {
    const number = Math.max(0, ...repository.issues.map((one) => one.number), ...repository.pulls.map((one) => one.number)) + 1
    const createdAt = given.createdAt ?? timestamp()
    const issue: Issue = {
      id: nextId(),
      number,
      body: null,
      state: 'open',
      stateReason: null,
      assignees: [],
      author: 'octocat',
      createdAt,
      updatedAt: createdAt,
      closedAt: null,
      closedBy: null,
      locked: false,
      isPullRequest: false,
      ...given,
      labels: ensureLabels(repository, given.labels ?? []),
    }
    repository.issues.push(issue)
    return issue
  }
  const addComment = (repository: Repository, given: Pick<Comment, 'issue' | 'body'> & Partial<Comment>): Comment => {
    const comment = { id: nextId(), author: 'octocat', createdAt: timestamp(), updatedAt: timestamp(), ...given }
    repository.comments.push(comment)
    return comment
  }
  const repository = (fullName: string): Repository | undefined => repositories.get(fullName.toLowerCase())
  return { repository, addRepository, addIssue, addComment, ensureLabels, nextId, timestamp, now }
}
export type World = ReturnType<typeof createWorld>
