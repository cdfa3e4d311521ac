/** Why PostgreSQL could not be asked. `detail` is its own word or the system's: untrusted text. */
export type PostgresFailure = { readonly kind: PostgresFailureKind; readonly detail: string }

export const postgresFailureKinds = [
  'refused',
  'reset',
  'timeout',
  'hung',
  'starting-up',
  'too-many-connections',
  'database-limit',
  'role-limit',
  'own-timeout',
  'server-error',
  'wrong-password',
  'no-access',
  'login-refused',
  'no-such-database',
  'tls-not-offered',
  'tls-untrusted',
  'tls-expired',
  'name-not-found',
  'name-server-down',
  'unreachable',
  'no-socket',
  'cancelled',
  'pooler',
  'other',
] as const
export type PostgresFailureKind = (typeof postgresFailureKinds)[number]

/** What may pass by itself within seconds; everything else is the same a second later. */
export const passingFailures: ReadonlySet<PostgresFailureKind> = new Set([
  'refused',
  'reset',
  'starting-up',
  'too-many-connections',
  'database-limit',
  'role-limit',
])

/** How far we came, which tells a time-out on the way from a server that took the connection and says nothing. */
export type Reached = 'nothing' | 'port' | 'login'

const bySqlState: Readonly<Record<string, PostgresFailureKind>> = {
  '57P03': 'starting-up',
  '28P01': 'wrong-password',
  '28000': 'no-access',
  '42501': 'no-access',
  '3D000': 'no-such-database',
  '57P01': 'reset',
  '57P02': 'reset',
  // Idle session, idle in a transaction, transaction: whoever waits for us sets none, so they are settings of our role or its database.
  '57P05': 'own-timeout',
  '25P03': 'own-timeout',
  '25P04': 'own-timeout',
}

const bySystemCode: Readonly<Record<string, PostgresFailureKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EPERM: 'unreachable',
  EACCES: 'no-socket',
  ENOENT: 'no-socket',
  ENOTSOCK: 'no-socket',
  ENOTFOUND: 'name-not-found',
  ENODATA: 'name-not-found',
  EAI_AGAIN: 'name-server-down',
  EAI_FAIL: 'name-server-down',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-untrusted',
}

/** The words with which the driver itself ends, for it gives them no code. */
const byMessage: readonly (readonly [RegExp, PostgresFailureKind])[] = [
  [/^Connection terminated/, 'reset'],
  // The line was lost before the question was put.
  [/^Client (?:has encountered a connection error|was closed) and is not queryable/, 'reset'],
  [/does not support SSL/, 'tls-not-offered'],
  [/^SASL: .*password must be/, 'wrong-password'],
]

/** A pooler's own refusals; everything else that it says is about the server behind it. */
const ofPooler = /transaction blocks? not allowed|unsupported startup parameter/

/**
 * One SQLSTATE for three limits: the server's, the database's, our role's. The message is in the language of the server; the name of its function
 * that refused us is not.
 */
const limitByRoutine: Readonly<Record<string, PostgresFailureKind>> = {
  InitializeSessionUserId: 'role-limit',
  CheckMyDatabase: 'database-limit',
}
const limitOf = (routine: string, message: string): PostgresFailureKind =>
  limitByRoutine[routine] ??
  (/too many connections for role/.test(message)
    ? 'role-limit'
    : /too many connections for database/.test(message)
      ? 'database-limit'
      : 'too-many-connections')

const byCode = ({ code, message, routine }: Described): PostgresFailureKind | undefined => {
  if (code === '08P01' && ofPooler.test(message)) return 'pooler'
  return code === '53300' ? limitOf(routine, message) : (bySqlState[code] ?? bySystemCode[code])
}

const sqlState = /^(?=.*\d)[0-9A-Z]{5}$/

/** Turns what the driver or the system threw into one of the kinds; never throws, whatever it is given. */
export const classifyPostgresError = (error: unknown, reached: Reached): PostgresFailure => {
  const described = describe(error)
  const { code, message } = described
  const detail = code !== '' && !message.includes(code) ? `${message} (${code})` : message
  const known = byCode(described) ?? byMessage.find(([pattern]) => pattern.test(message))?.[1]
  if (known === 'timeout' && reached !== 'nothing') return { kind: 'hung', detail }
  if (known !== undefined) return { kind: known, detail }
  if (code.startsWith('28')) return { kind: 'no-access', detail }
  return { kind: sqlState.test(code) ? 'server-error' : 'other', detail }
}

type Described = { readonly code: string; readonly message: string; readonly routine: string }

/** Node tries all addresses of a name and then throws one error that holds the others. */
const describe = (error: unknown): Described => {
  if (!Error.isError(error)) return { code: '', message: String(error), routine: '' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const routine = 'routine' in error && typeof error.routine === 'string' ? error.routine : ''
  const [first] = 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  if (error.message === '' && Error.isError(first)) return { code, message: first.message, routine }
  return { code, message: error.message === '' ? code : error.message, routine }
}
