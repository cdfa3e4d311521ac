import { describe, expect, test } from '@jest/globals'
import type { PostgresTarget } from '../../../src/contract/database.ts'
import type { Status } from '../../../src/contract/status.ts'
import { classifyPostgresError, postgresFailureKinds } from '../../../src/domain/postgres/failure.ts'
import { judgeUnreachable } from '../../../src/domain/postgres/reachable.ts'

const withCode = (code: string, message = 'what the system says') => Object.assign(new Error(message), { code })

describe('what was thrown tells why PostgreSQL could not be asked', () => {
  test.each([
    ['refused', withCode('ECONNREFUSED')],
    ['reset', withCode('ECONNRESET')],
    ['reset', new Error('Connection terminated unexpectedly')],
    ['reset', new Error('Client has encountered a connection error and is not queryable')],
    ['reset', withCode('57P01', 'terminating connection due to administrator command')],
    ['timeout', withCode('ETIMEDOUT')],
    ['starting-up', withCode('57P03', 'the database system is starting up')],
    ['too-many-connections', withCode('53300', 'sorry, too many clients already')],
    ['role-limit', withCode('53300', 'too many connections for role "ronde"')],
    ['role-limit', Object.assign(withCode('53300', 'слишком много подключений для роли "ronde"'), { routine: 'InitializeSessionUserId' })],
    ['database-limit', Object.assign(withCode('53300', 'Zu viele Verbindungen'), { routine: 'CheckMyDatabase' })],
    ['own-timeout', withCode('57P05', 'terminating connection due to idle-session timeout')],
    ['wrong-password', withCode('28P01')],
    ['wrong-password', new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string')],
    ['no-access', withCode('28000', 'no pg_hba.conf entry for host')],
    ['no-access', withCode('42501', 'permission denied for database')],
    ['no-such-database', withCode('3D000')],
    ['server-error', withCode('53200', 'out of memory')],
    ['server-error', withCode('XX000')],
    ['tls-not-offered', new Error('The server does not support SSL connections')],
    ['tls-untrusted', withCode('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['tls-untrusted', withCode('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['tls-expired', withCode('CERT_HAS_EXPIRED')],
    ['name-not-found', withCode('ENOTFOUND')],
    ['name-server-down', withCode('EAI_AGAIN')],
    ['unreachable', withCode('EHOSTUNREACH')],
    ['unreachable', withCode('ENETUNREACH')],
    ['no-socket', withCode('ENOENT')],
    ['refused', Object.assign(new AggregateError([withCode('ECONNREFUSED', 'connect ECONNREFUSED ::1:1')], ''), { code: 'ECONNREFUSED' })],
    ['other', new Error('anything')],
    ['other', withCode('ERR_SOMETHING')],
    ['other', 'not even an error'],
    ['other', undefined],
  ])('%s', (kind, thrown) => {
    expect(classifyPostgresError(thrown, 'nothing').kind).toBe(kind)
  })

  test('a time-out after the connection was taken is a hung server, not a way that is cut', () => {
    expect(classifyPostgresError(withCode('ETIMEDOUT'), 'port').kind).toBe('hung')
  })

  test('the code that the message does not say is added to it', () => {
    expect(classifyPostgresError(withCode('28P01', 'password authentication failed'), 'port').detail).toBe(
      'password authentication failed (28P01)',
    )
    expect(classifyPostgresError(withCode('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 'nothing').detail).toBe(
      'connect ECONNREFUSED 127.0.0.1:1',
    )
  })
})

const configured: PostgresTarget = {
  host: 'db.example',
  port: 5432,
  database: 'quiz',
  user: 'ronde',
  password: undefined,
  ssl: { mode: 'prefer' },
  subject: 'db.example:5432/quiz',
  service: undefined,
}
const inCompose: PostgresTarget = { ...configured, host: '172.18.0.2', subject: 'service/db', service: 'db' }

/** The table of docs/checks/postgres.md. */
const rows: readonly (readonly [(typeof postgresFailureKinds)[number], Status, Status])[] = [
  ['refused', 'critical', 'critical'],
  ['reset', 'critical', 'critical'],
  ['timeout', 'critical', 'unknown'],
  ['hung', 'critical', 'critical'],
  ['starting-up', 'critical', 'critical'],
  ['too-many-connections', 'ok', 'ok'],
  ['database-limit', 'ok', 'ok'],
  ['role-limit', 'unknown', 'unknown'],
  ['own-timeout', 'unknown', 'unknown'],
  ['server-error', 'critical', 'critical'],
  ['tls-expired', 'critical', 'critical'],
  ['wrong-password', 'unknown', 'unknown'],
  ['no-access', 'unknown', 'unknown'],
  ['login-refused', 'unknown', 'unknown'],
  ['no-such-database', 'unknown', 'unknown'],
  ['tls-not-offered', 'unknown', 'unknown'],
  ['tls-untrusted', 'unknown', 'unknown'],
  ['name-not-found', 'unknown', 'unknown'],
  ['name-server-down', 'unknown', 'unknown'],
  ['unreachable', 'unknown', 'unknown'],
  ['no-socket', 'unknown', 'unknown'],
  ['cancelled', 'unknown', 'unknown'],
  ['pooler', 'unknown', 'unknown'],
  ['other', 'unknown', 'unknown'],
]

describe('down, or could not look', () => {
  test('every kind of failure has its row', () => {
    expect(rows.map(([kind]) => kind).toSorted()).toEqual([...postgresFailureKinds].toSorted())
  })

  test.each(rows)('%s: %s at a configured address, %s at the address of a container', (kind, atAddress, atContainer) => {
    const failure = { kind, detail: 'its own words' }
    expect(judgeUnreachable(failure, configured).status).toBe(atAddress)
    expect(judgeUnreachable(failure, inCompose).status).toBe(atContainer)
  })

  test.each(rows.filter(([kind]) => kind !== 'too-many-connections' && kind !== 'database-limit'))(
    '%s says what was seen and what to do',
    (kind) => {
      const judged = judgeUnreachable({ kind, detail: 'its own words' }, inCompose)
      expect(judged).toMatchObject({
        id: kind === 'pooler' ? 'postgres.pooler' : 'postgres.reachable',
        subject: 'service/db',
        observed: 'its own words',
      })
      expect(judged.title).toMatch(/^service\/db: .+/)
      expect(judged.advice).not.toBe('')
    },
  )

  test('a command is offered only for names that need no thought', () => {
    const refused = { kind: 'refused', detail: '' } as const
    expect(judgeUnreachable(refused, inCompose).advice).toContain('docker compose logs --tail 100 db')
    expect(judgeUnreachable(refused, { ...inCompose, service: '$(reboot)' }).advice).not.toContain('reboot')
    const noAccess = { kind: 'no-access', detail: '' } as const
    expect(judgeUnreachable(noAccess, inCompose).advice).toContain('GRANT CONNECT ON DATABASE "quiz" TO "ronde";')
    expect(judgeUnreachable(noAccess, { ...inCompose, user: 'x"; DROP' }).advice).not.toContain('DROP')
  })
})
