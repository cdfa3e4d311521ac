import type { Permissions, Repository } from '../contract/repository.ts'
import type { Instant } from '../contract/seen.ts'
import { UserError } from '../contract/user-error.ts'
import { createClient } from '../github/client.ts'
import { createContents } from '../github/contents.ts'
import type { OpenTransport } from '../github/exchange.ts'
import { permissionsText } from '../github/failure.ts'
import { createIssues } from '../github/issues.ts'
import type { Printer } from './print.ts'

/** What a run knows of its repository. */
export type RepositoryParts = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly openTransport: OpenTransport
  readonly token: string | undefined
  readonly authors: readonly string[]
  readonly printer: Pick<Printer, 'command'>
  readonly redact: (text: string) => string
}

/** Under whose deadline it is asked, and what the token needs for it. */
export type RepositoryWanted = { readonly needs: Permissions; readonly signal: AbortSignal; readonly deadline: Instant }

/** The repository's page on GitHub. */
export const repositoryUrl = (environment: RepositoryParts['environment']): string =>
  `${environment['GITHUB_SERVER_URL'] || 'https://github.com'}/${environment['GITHUB_REPOSITORY'] ?? ''}`

/** Where GitHub is asked; has a path on an Enterprise Server. */
export const apiUrlOf = (environment: RepositoryParts['environment']): string => environment['GITHUB_API_URL'] || 'https://api.github.com'

/** This workflow run's page. */
export const runUrl = (environment: RepositoryParts['environment']): string =>
  `${repositoryUrl(environment)}/actions/runs/${environment['GITHUB_RUN_ID'] ?? ''}`

/** The repository of this run. Throws a UserError where there is none, or no token for it. */
export const openRepository = (parts: RepositoryParts, { needs, signal, deadline }: RepositoryWanted): Repository => {
  const { environment, openTransport, token, authors, printer, redact } = parts
  const name = environment['GITHUB_REPOSITORY'] ?? ''
  if (token === undefined) throw new UserError('there is no token: give the input token, or leave its default')
  if (name === '') throw new UserError('there is no repository: this action needs a run of GitHub Actions (GITHUB_REPOSITORY)')
  const apiUrl = apiUrlOf(environment)
  const client = createClient({ apiUrl, token, transport: openTransport(signal), signal, deadline, permissions: permissionsText(needs) })
  const warn = (text: string) => printer.command('warning', { title: 'ronde: GitHub' }, text)
  return {
    name,
    url: repositoryUrl(environment),
    runUrl: runUrl(environment),
    actor: environment['GITHUB_TRIGGERING_ACTOR'] || environment['GITHUB_ACTOR'] || '',
    authors,
    issues: createIssues({ client, repository: name, warn }),
    contents: createContents({ client, repository: name }),
    redact,
  }
}
