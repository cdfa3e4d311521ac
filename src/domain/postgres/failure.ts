/** Why PostgreSQL could not be asked. `detail` is its own word or the system's: untrusted text. */
export type PostgresFailure = { readonly kind: PostgresFailureKind; readonly detail: string }

export const postgresFailureKinds = [
  'refused',
  'reset',
  'timeout',
  'hung',
  'starting-up',
  'too-many-connections',
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
export const passingFailures: ReadonlySet<PostgresFailureKind> = new Set(['refused', 'reset', 'starting-up', 'too-many-connections'])

/** How far we came, which tells a time-out on the way from a server that took the connection and says nothing. */
export type Reached = 'nothing' | 'port' | 'login'

const bySqlState: Readonly<Record<string, PostgresFailureKind>> = {
  '57P03': 'starting-up',
  '53300': 'too-many-connections',
  '28P01': 'wrong-password',
  '28000': 'no-access',
  '42501': 'no-access',
  '3D000': 'no-such-database',
  '57P01': 'reset',
  '57P02': 'reset',
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

const byCode = (code: string, message: string): PostgresFailureKind | undefined =>
  code === '08P01' && ofPooler.test(message) ? 'pooler' : (bySqlState[code] ?? bySystemCode[code])

const sqlState = /^(?=.*\d)[0-9A-Z]{5}$/

/** Turns what the driver or the system threw into one of the kinds; never throws, whatever it is given. */
export const classifyPostgresError = (error: unknown, reached: Reached): PostgresFailure => {
  const { code, message } = describe(error)
  const detail = code !== '' && !message.includes(code) ? `${message} (${code})` : message
  const known = byCode(code, message) ?? byMessage.find(([pattern]) => pattern.test(message))?.[1]
  if (known === 'timeout' && reached !== 'nothing') return { kind: 'hung', detail }
  if (known !== undefined) return { kind: known, detail }
  if (code.startsWith('28')) return { kind: 'no-access', detail }
  return { kind: sqlState.test(code) ? 'server-error' : 'other', detail }
}

/** Node tries all addresses of a name and then throws one error that holds the others. */
const describe = (error: unknown): { readonly code: string; readonly message: string } => {
  if (!Error.isError(error)) return { code: '', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const [first] = 'errors' in error && Array.isArray(error.errors) ? error.errors : []
  if (error.message === '' && Error.isError(first)) return { code, message: first.message }
  return { code, message: error.message === '' ? code : error.message }
}
