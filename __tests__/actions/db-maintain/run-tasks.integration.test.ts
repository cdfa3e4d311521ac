import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { definePart, type MaintainedDatabase } from '../../../src/actions/db-maintain/part.ts'
import { maintain } from '../../../src/actions/db-maintain/run-tasks.ts'
import type { Context } from '../../../src/contract/context.ts'
import { readOnly } from '../../../src/probes/postgres/read-only.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { openSession, targetOf } from '../../support/postgres-sessions.ts'

jest.setTimeout(30_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
  await using admin = await openSession(server)
  await admin.query("CREATE ROLE reader LOGIN PASSWORD 'horse-battery'; CREATE TABLE game (id int)")
})
afterAll(() => server[Symbol.asyncDispose]())

const taskThat = (name: string, work: (maintained: MaintainedDatabase) => Promise<unknown>) =>
  definePart({
    name,
    description: name,
    order: 1,
    options: {},
    ids: ['db.vacuum'],
    run: async (_options, maintained) => {
      await work(maintained)
      return { completed: true, findings: [] }
    },
  })

/** Runs it as `reader`, and another one after it in the same session. */
const run = async (work: (maintained: MaintainedDatabase) => Promise<unknown>) => {
  const pids: number[] = []
  const after = taskThat('after', async ({ session }) =>
    pids.push(Number((await session.ask('SELECT pg_backend_pid() AS pid', []))[0]?.['pid'])),
  )
  const context = { signal: new AbortController().signal, now: Date.now, progress: { say: () => {} } } as Partial<Context> as Context
  const target = targetOf(server, { user: 'reader', password: 'horse-battery' })
  const tasks = [after, taskThat('odd', work), after]
  const { ran, ended } = await maintain({
    target,
    planned: tasks.map((part) => ({ part, run: (maintained) => part.run({ tasks: [], databases: [], thresholds: {} }, maintained, true) })),
    wanted: [],
    application: 'ronde test',
    context,
  })
  const [first, odd, last] = ran
  expect([first?.completed, last?.completed]).toEqual([true, true])
  return { odd, ended, sameSession: pids[0] === pids[1] }
}

const cases: readonly (readonly [string, (maintained: MaintainedDatabase) => Promise<unknown>, object, boolean])[] = [
  [
    'throws a mistake of ours',
    async () => {
      throw new TypeError('undefined is not a function')
    },
    {
      id: 'db.unfinished',
      observed: expect.stringContaining('undefined is not a function'),
      advice: expect.stringContaining('a mistake of Ronde'),
    },
    true,
  ],
  [
    'meets an error of the server',
    ({ session }) => session.query('SELECT 1 / 0'),
    { id: 'db.unfinished', observed: 'division by zero (22012)' },
    true,
  ],
  [
    'leaves a transaction that failed',
    ({ session }) => session.query('BEGIN; SELECT 1 / 0'),
    { id: 'db.unfinished', observed: 'division by zero (22012)' },
    true,
  ],
  [
    'lacks a right',
    ({ session }) => readOnly(session, 'SELECT * FROM public.game'),
    {
      id: 'db.rights',
      observed: 'permission denied for table game',
      advice: 'as a superuser: GRANT SELECT ON "public"."game" TO "reader";',
    },
    true,
  ],
  [
    'lacks the right to look at the server',
    ({ session }) => readOnly(session, 'SELECT * FROM pg_ls_waldir()'),
    { id: 'db.rights', advice: 'as a superuser: GRANT pg_monitor TO "reader";' },
    true,
  ],
  [
    'takes too long',
    ({ session }) => session.query("BEGIN; SET LOCAL statement_timeout = '10ms'; SELECT pg_sleep(5)"),
    {
      id: 'db.unfinished',
      observed: 'canceling statement due to statement timeout (57014)',
      advice: expect.stringContaining('quieter hour'),
    },
    true,
  ],
  [
    'writes where it may only read',
    ({ session }) => readOnly(session, 'CREATE TABLE public.odd (id int)'),
    { id: 'db.unfinished', observed: expect.stringContaining('25006') },
    true,
  ],
  [
    'loses its session',
    async ({ session }) => {
      const [row] = await session.ask('SELECT pg_backend_pid() AS pid', [])
      await using admin = await openSession(server)
      await admin.query(`SELECT pg_terminate_backend(${Number(row?.['pid'])})`)
      await session.query('SELECT 1')
    },
    { id: 'db.unfinished', observed: expect.stringMatching(/^the session ended: /) },
    false,
  ],
]

test.each(cases)(
  'a task that %s is unknown for itself, and those before and after it are done',
  async (...[, work, finding, sameSession]) => {
    const done = await run(work)
    expect(done.odd).toMatchObject({ completed: false, findings: [{ ...finding, status: 'unknown', subject: 'task/postgres.odd' }] })
    expect(done.sameSession).toBe(sameSession)
    expect(done.ended).toBe(true)
  },
)
