import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { ArchiveRecords, BackupRecords } from '../../../src/actions/backup/steps.ts'
import { debian, psql } from '../../support/backup.ts'
import { processesWith } from '../../support/fault-tools.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'
import { lyingIn, runBackup } from '../../support/run-backup.ts'

jest.setTimeout(180_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
  psql(server, 'CREATE DATABASE quiz')
  psql(server, 'CREATE TABLE game AS SELECT n, repeat(md5(n::text), 5) AS word FROM generate_series(1, 150000) AS n', { database: 'quiz' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const url = () => server.url.replace(/\/postgres$/, '/quiz')

/** Waits until a thing is so, up to the end of the test. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await delay(5)
}

const ledgers = (state: string): string =>
  globSync(join(state, 'ronde/journal/*.jsonl'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('')

/** Folders of scratch servers that a ledger names, or all that are there now. */
const scratches = (text = readdirSync('/var/tmp').join(' ')): readonly string[] =>
  [...text.matchAll(/ronde-scratch-[0-9a-f]{16}/g)].map(([name]) => `/var/tmp/${name}`)
const sessions = (): string => psql(server, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ronde/%'")

/** When each step has been begun; a step that is not here does not compile. Those of archives need the engine: `archives.e2e.test.ts`. */
const begun: Record<Exclude<keyof BackupRecords, keyof ArchiveRecords>, (state: string, root: string) => boolean> = {
  partial: (state) => ledgers(state).includes('"step":"partial"'),
  sessions: (state) => ledgers(state).includes('"step":"sessions"'),
  /** Only written with a compose service; there it stands behind this one. */
  containers: (state) => ledgers(state).includes('"step":"sessions"'),
  scratch: (state) => ledgers(state).includes('"step":"scratch"'),
}

/** Moments within and after a step. */
const moments: Record<string, (state: string, root: string) => boolean> = {
  ...begun,
  'while the dump is written': (_, root) =>
    globSync(join(root, '.partial-*/database.dump')).some((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 10_000),
  'while the scratch server loads': (state) => scratches(ledgers(state)).some((folder) => existsSync(join(folder, 'socket/.s.PGSQL.5432'))),
  'when the manifest is written': (_, root) => globSync(join(root, '.partial-*/{verify,manifest}.json')).length > 0,
}

const look = (state: string) =>
  runRonde('health-check', { stateHome: state, inputs: { server: 'quiz-prod', checks: 'postgres', 'database-url': url(), quick: 'true' } })

describe('a backup that is killed', () => {
  test.each(Object.entries(moments))('%s leaves nothing after a quick health-check, and the next one succeeds', async (_, isReached) => {
    await using folder = await temporaryFolder()
    const [root, state] = [join(folder.path, 'backups'), join(folder.path, 'state')]
    const killed = await runBackup(server, root, {
      stateHome: state,
      signal: { name: 'SIGKILL', after: until(() => isReached(state, root)) },
      withoutPost: true,
    })
    expect(killed.orphans).toEqual([])
    const used = scratches(ledgers(state))
    const whole = lyingIn(root).filter((name) => name.endsWith('manifest.json') && !name.startsWith('.partial'))
    expect(whole.length === 0 || killed.exitCode === 0).toBe(true)
    await look(state)
    expect(lyingIn(root).filter((name) => name.startsWith('.partial'))).toEqual([])
    expect([sessions(), used.filter((one) => existsSync(one)), ledgers(state)]).toEqual(['0', [], ''])
    const next = await runBackup(server, root, { stateHome: state })
    expect(next.verified().status).toBe('ok')
    expect(existsSync(`/var/tmp/ronde-scratch-${next.outputs['backup-id']?.split('-')[1]}`)).toBe(false)
  })

  test('by the runner, 10 s after its cancel, is recovered in the same way', async () => {
    await using folder = await temporaryFolder()
    const [root, state] = [join(folder.path, 'backups'), join(folder.path, 'state')]
    const ran = await runBackup(server, root, {
      stateHome: state,
      cancel: { after: until(() => moments['while the dump is written']?.(state, root) === true) },
    })
    expect(ran.conclusion).toBe('cancelled')
    expect(lyingIn(root).filter((name) => name !== 'ronde-backup.pub.pem')).toEqual([])
    expect([sessions(), ledgers(state)]).toEqual(['0', ''])
    expect(await processesWith('PGDATABASE=quiz')).toEqual([])
  })
})
