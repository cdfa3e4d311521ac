import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GitHubStandIn } from '../__tests__/support/github/server.ts'
import { summaryPage } from '../__tests__/support/html-page.ts'
import type { Act } from './scene.ts'

/** The maintainer of the demo. */
const maintainer = 'ana'

type Issue = GitHubStandIn['repository']['issues'][number]

const commentsOf = (github: GitHubStandIn, { number }: Issue) => github.repository.comments.filter((one) => one.issue === number)

/** All that stands in all issues, to see what a round changed. */
export const threadOf = (github: GitHubStandIn): string =>
  github.repository.issues
    .flatMap((issue) => [issue.title, issue.state, issue.body ?? '', ...commentsOf(github, issue).map((one) => one.body)])
    .join('\n')

/** A person comments on the first issue, and may: the round obeys. */
export const sayOnIssue = (github: GitHubStandIn, body: string): void => {
  github.repository.collaborators.set(maintainer, 'write')
  const [issue] = github.repository.issues
  if (issue !== undefined) github.state.addComment(github.repository, { issue: issue.number, body, author: maintainer })
}

/** What the round did not do with the issues. */
export const problemsOfIssues = (act: Act, github: GitHubStandIn, before: string): readonly string[] => {
  const open = github.repository.issues.filter((one) => one.state === 'open').length
  const text = threadOf(github)
  const wanted = act.incidents === 'opened' || act.incidents === 'updated'
  const missing = (act.tells ?? []).filter((words) => !text.includes(words) || before.includes(words))
  return [
    ...(open > 0 === wanted ? [] : [`${act.name}: ${open} open issues, expected ${wanted ? 'some' : 'none'}`]),
    ...missing.map((words) => `${act.name}: the round wrote nowhere "${words}"`),
  ]
}

const threadPage = (github: GitHubStandIn, issue: Issue): string => {
  const facts = [issue.state, ...issue.labels].map((one) => `\`${one}\``).join(' ')
  const comments = commentsOf(github, issue).map((one) => `---\n\n\`${one.author}\`:\n\n${one.body}`)
  return `${[`# ${issue.title}`, facts, issue.body ?? '', ...comments].join('\n\n')}\n`
}

/** Each issue with its comments, as it is now. `prefix`: of the act, for the states on the way. */
export const keepIssues = (github: GitHubStandIn, folder: string, prefix = ''): void => {
  for (const issue of github.repository.issues) {
    const text = threadPage(github, issue)
    writeFileSync(join(folder, `${prefix}issue-${issue.number}.md`), text)
    writeFileSync(join(folder, `${prefix}issue-${issue.number}.html`), summaryPage(text, issue.title))
  }
}
