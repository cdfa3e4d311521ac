import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { again, lyingContainer, lyingProgram, oneLine } from '../support/lying-programs.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { openSession } from '../support/postgres-sessions.ts'
import { dayAt, gameTable, runPurge } from '../support/purge.ts'
import { temporaryFolder } from '../support/ronde.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
  await using session = await openSession(server)
  await gameTable(session, { [dayAt(0)]: 1 })
}, 60_000)
afterAll(() => server[Symbol.asyncDispose]())

const purged = 'Purge OK: 5 rows'
const none = /^(warning|ok)$/
const several = /^(warning|critical)$/
const unknown = /^unknown$/

/** What a log says, by the clock's stamp before each line, and what becomes of its finding. */
const cases: readonly (readonly [does: string, script: (stamp: string) => string, status: RegExp])[] = [
  ['prints lines without end', (stamp) => again(`${stamp} x`), unknown],
  ['prints the line of the purge without end', (stamp) => again(`${stamp} ${purged}`), unknown],
  ['prints the line of the purge two hundred thousand times', (stamp) => again(`${stamp} ${purged}`, 200_000), several],
  ['prints eight million empty lines', () => again('', 8_000_000), none],
  ['prints four million lines of one character', () => again('x', 4_000_000), none],
  ['prints two million lines, each with a time', (stamp) => again(`${stamp} `, 2_000_000), none],
  ['prints one line of 10 MB', (stamp) => oneLine(10_000_000, `${stamp} ${purged}`), /^ok$/],
  ['prints one line of 300 MB', (stamp) => oneLine(300_000_000, `${stamp} `), none],
  ['has times that are none', () => again(`1e999 ${purged}\nInfinity ${purged}\n-1 ${purged}\n9999999999999999 ${purged}`, 8), /./],
  ['speaks to the runner', (stamp) => again(`${stamp} ${purged} ::error::evil\n##[error]evil ${purged}\n::stop-commands::x`, 8), several],
  ['prints what is no text', () => 'head -c 9000000 /dev/urandom', none],
  ['complains without end', () => `${again('x')} >&2`, unknown],
  ['drips', () => 'while :; do printf x; sleep 0.1; done', unknown],
  ['says nothing', () => 'sleep 600', unknown],
  ['ignores SIGTERM', () => 'trap "" TERM; while :; do sleep 1; done', unknown],
  ['is ended by a signal', () => 'kill -SEGV $$', unknown],
]

/** Where the log is read, the program that is asked for it, and how it writes a time. */
const places = [
  {
    place: 'journald',
    log: '{ journal: purge.service, pattern: "Purge OK: (?<rows>\\\\d+) rows" }',
    plant: (folder: string, script: string) => lyingProgram(folder, 'journalctl', script),
    stamp: () => String(Math.floor(Date.now() / 1_000)),
    subject: 'purge.service',
  },
  {
    place: 'a container',
    log: '{ service: web, pattern: "Purge OK: (?<rows>\\\\d+) rows" }',
    plant: lyingContainer,
    stamp: () => new Date().toISOString(),
    subject: 'web',
  },
] as const

describe.each(places)('the log of $place that', ({ log, plant, stamp, subject }) => {
  test.each(cases)(
    '%s is one finding that names it, and the table is told',
    async (_, script, status) => {
      await using folder = await temporaryFolder()
      plant(folder.path, script(stamp()))
      const startedAt = performance.now()
      const ran = await runPurge(
        server.url,
        // What is read whole needs its time; what never ends only takes it.
        { timeout: status === unknown ? '4s' : '30s', 'fail-on': 'never' },
        {
          files: { '.github/ronde.yml': `compose: { project: quiz }\npurge-verify: { log: ${log} }\n` },
          environment: { PATH: `${folder.path}:${process.env['PATH'] ?? ''}` },
          timeoutMs: 90_000,
        },
      )
      expect([ran.signal, ran.exitCode, ran.log.includes('a bug of Ronde')]).toEqual([null, 0, false])
      const own = ran.findings.filter((one) => one.id === 'purge.log')
      expect(own.map((one) => one.title)).toEqual([expect.stringContaining(subject)])
      expect(own[0]?.status).toMatch(status)
      expect(ran.findings.find((one) => one.id === 'purge.stale-rows')).toMatchObject({ status: 'ok' })
      expect(ran.findings.filter((one) => one.id === 'purge-verify.failed')).toEqual([])
      expect(ran.stdout).not.toMatch(/^::error::evil|^##\[error\]evil|^::stop-commands::x/m)
      expect(performance.now() - startedAt).toBeLessThan(40_000)
    },
    120_000,
  )
})
