import type { Session } from '../../src/domain/postgres/observation.ts'

/** A session as a look shows it: a worker of an application that runs nothing for long. */
export const session = (pid: number, given: Partial<Session> = {}): Session => ({
  pid,
  user: 'quiz',
  database: 'quiz',
  application: 'gunicorn',
  state: 'active',
  backendType: 'client backend',
  transactionMs: undefined,
  stateMs: undefined,
  queryMs: undefined,
  waitingMs: undefined,
  blockedBy: [],
  queuedBehind: [],
  query: 'UPDATE game SET points = ?',
  backendStart: '2026-11-22 02:17:00.000001+00',
  stateChange: '2026-11-22 02:17:00.000002+00',
  ...given,
})
