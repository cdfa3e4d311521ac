import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresServer } from './postgres.ts'
import { type RondeRun, runRonde, temporaryFolder } from './ronde.ts'
import { runBackup } from './run-backup.ts'

type Given = Omit<RondeRun, 'inputs' | 'files'> & { readonly database?: string; readonly section?: string }

/** Whatever else runs on the machine of the tests is no business of this server. */
export const onlyDatabase = 'health-check: { checks: [postgres] }\n'

let runs = 0

/** A dispatch by a person, in a workflow run of its own. */
export const personsRun = (runId = String(2_000_000_000 + ++runs)) => ({
  event_name: 'workflow_dispatch',
  run_id: runId,
  event: {
    inputs: {},
    sender: { type: 'User', login: 'octocat' },
    repository: { full_name: 'quiz/operations', default_branch: 'main', private: true },
  },
})

/** A server's backups and state, and the two actions that work with them. */
export const restorePlace = async (server: PostgresServer, { database: usual = 'quiz', section = onlyDatabase, encrypt = '' } = {}) => {
  const folder = await temporaryFolder()
  const [root, stateHome] = [join(folder.path, 'backups'), join(folder.path, 'state')]
  await mkdir(stateHome, { mode: 0o700 })
  const keyFile = join(folder.path, 'keys.txt')
  const encrypted = encrypt === '' ? '' : `, encrypt: ${encrypt.replace('KEYS', keyFile)}`
  const files = { '.github/ronde.yml': `backup: { root: '${root}'${encrypted} }\n${section}` }
  const urlOf = (database: string) => server.url.replace(/\/postgres$/, `/${encodeURIComponent(database)}`)
  return {
    root,
    stateHome,
    keyFile,
    database: usual,
    urlOf,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    backup: (inputs: Readonly<Record<string, string>> = {}, database = usual) => runBackup(server, root, { stateHome, database, inputs }),
    restore: (inputs: Readonly<Record<string, string>> = {}, { database = usual, ...more }: Given = {}) =>
      runRonde('restore', {
        timeoutMs: 200_000,
        github: personsRun(),
        ...more,
        files,
        stateHome,
        inputs: { 'database-url': urlOf(database), server: 'quiz-prod', ...inputs },
      }),
    look: (inputs: Readonly<Record<string, string>> = {}, database = usual) =>
      runRonde('health-check', {
        files,
        stateHome,
        inputs: { 'database-url': urlOf(database), server: 'quiz-prod', checks: 'postgres', quick: 'true', ...inputs },
      }),
  }
}
