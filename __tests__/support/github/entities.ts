import { fill } from './fill.ts'
import type { Description } from './openapi.ts'
import type { Comment, Issue, Known, Label, Repository } from './world.ts'

/** How a login or a name becomes an id that stays the same. */
const idOf = (name: string) => Array.from(name).reduce((so, character) => (so * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003, 7)
const association = (repository: Repository, login: string) => (repository.collaborators.has(login) ? 'COLLABORATOR' : 'NONE')
const nameOf = (repository: Repository) => repository.fullName.split('/')[1] ?? ''

/** Renders what the stand-in remembers as GitHub sends it. */
export const createEntities = (description: Description, apiUrl: () => string, serverUrl: string) => {
  const render = (schema: string, known: Readonly<Record<string, unknown>>) => fill(description, schema, known)
  const at = (repository: Repository, path = '') => `${apiUrl()}/repos/${repository.fullName}${path}`
  const page = (repository: Repository, path = '') => `${serverUrl}/${repository.fullName}${path}`

  const user = (login: string) => {
    const isBot = login.endsWith('[bot]')
    const home = isBot ? `apps/${login.slice(0, -'[bot]'.length)}` : login
    return render('simple-user', { login, id: idOf(login), type: isBot ? 'Bot' : 'User', html_url: `${serverUrl}/${home}` })
  }
  const label = (repository: Repository, one: Label) =>
    render('label', { ...one, default: false, url: at(repository, `/labels/${encodeURIComponent(one.name)}`) })

  const pullLinks = (repository: Repository, { isPullRequest, number }: Issue) => {
    const html = page(repository, `/pull/${number}`)
    const links = { url: at(repository, `/pulls/${number}`), html_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch` }
    return isPullRequest ? { pull_request: links } : {}
  }
  const issue = (repository: Repository, one: Issue) => {
    const url = at(repository, `/issues/${one.number}`)
    const labels = one.labels.flatMap((name) => repository.labels.get(name.toLowerCase()) ?? [])
    const assignees = one.assignees.map(user)
    return render('issue', {
      id: one.id,
      number: one.number,
      title: one.title,
      body: one.body,
      state: one.state,
      state_reason: one.stateReason,
      labels: labels.map((known) => label(repository, known)),
      user: user(one.author),
      author_association: association(repository, one.author),
      assignees,
      assignee: assignees[0] ?? null,
      created_at: one.createdAt,
      updated_at: one.updatedAt,
      closed_at: one.closedAt,
      closed_by: one.closedBy === null ? null : user(one.closedBy),
      url,
      html_url: page(repository, `/${one.isPullRequest ? 'pull' : 'issues'}/${one.number}`),
      repository_url: at(repository),
      comments_url: `${url}/comments`,
      locked: one.locked,
      comments: repository.comments.filter((comment) => comment.issue === one.number).length,
      ...pullLinks(repository, one),
    })
  }
  const comment = (repository: Repository, one: Comment) =>
    render('issue-comment', {
      id: one.id,
      body: one.body,
      user: user(one.author),
      author_association: association(repository, one.author),
      created_at: one.createdAt,
      updated_at: one.updatedAt,
      url: at(repository, `/issues/comments/${one.id}`),
      issue_url: at(repository, `/issues/${one.issue}`),
      html_url: page(repository, `/issues/${one.issue}#issuecomment-${one.id}`),
    })
  const repositoryEntity = (one: Repository) =>
    render('full-repository', {
      id: idOf(one.fullName),
      full_name: one.fullName,
      name: nameOf(one),
      owner: user(one.fullName.split('/')[0] ?? ''),
      private: one.isPrivate,
      visibility: one.isPrivate ? 'private' : 'public',
      has_issues: one.hasIssues,
      default_branch: one.defaultBranch,
      url: at(one),
      html_url: page(one),
    })
  const run = (repository: Repository, one: Known) => {
    const own = render('minimal-repository', { full_name: repository.fullName, name: nameOf(repository), private: repository.isPrivate })
    return render('workflow-run', { html_url: page(repository, `/actions/runs/${one.id}`), repository: own, head_repository: own, ...one })
  }
  const pull = (schema: 'pull-request' | 'pull-request-simple', repository: Repository, one: Repository['pulls'][number]) => {
    const { files: _files, head, base, sha, ...known } = one
    const whole = render(schema, { user: user('octocat'), html_url: page(repository, `/pull/${one.number}`), ...known })
    const side = (of: 'head' | 'base', ref: string | undefined) => {
      const other = of === 'head' && sha !== undefined ? { sha } : {}
      return Object.assign({}, whole[of], ref === undefined ? {} : { ref, label: `${repository.fullName.split('/')[0]}:${ref}`, ...other })
    }
    return { ...whole, head: side('head', head), base: side('base', base) }
  }
  return { render, user, label, issue, comment, repository: repositoryEntity, run, pull, at, page }
}
export type Entities = ReturnType<typeof createEntities>
