/** What the server itself ends, in milliseconds; 0 is never. */
export type ServerTimeouts = {
  readonly statement: number
  readonly lock: number
  readonly idleInTransaction: number
  /** How often it looks, while a statement runs, whether we are still there. */
  readonly clientCheck: number
}

export const lookTimeouts: ServerTimeouts = { statement: 3_000, lock: 2_000, idleInTransaction: 5_000, clientCheck: 500 }

/** Names are looked for in the catalog alone, nothing is written, and our role is the one that logged in, whatever a database or role sets. */
const safety: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog,pg_temp',
  default_transaction_read_only: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  role: 'none',
}

/** How values and definitions are written, and how our own statements are read. */
const formats: Readonly<Record<string, string>> = {
  DateStyle: 'ISO,YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  quote_all_identifiers: 'off',
  transform_null_equals: 'off',
  row_security: 'on',
}

const timeouts = ({ statement, lock, idleInTransaction, clientCheck }: ServerTimeouts): Readonly<Record<string, string>> => ({
  statement_timeout: `${statement}`,
  lock_timeout: `${lock}`,
  idle_in_transaction_session_timeout: `${idleInTransaction}`,
  client_connection_check_interval: `${clientCheck}`,
})

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll(' ', '\\ ')

/**
 * The `options` of the startup packet, which goes before `ALTER DATABASE … SET` and `ALTER ROLE … SET`, so that no statement runs without
 * them. Two of the names are new in PostgreSQL 14: an older server refuses the packet.
 */
export const startupOptions = (given: ServerTimeouts): string =>
  Object.entries({ ...safety, ...formats, local_preload_libraries: '', idle_session_timeout: '0', ...timeouts(given) })
    .map(([name, value]) => `-c ${name}=${escaped(value)}`)
    .join(' ')

/** What the login reported, by the setting's name. */
export type Reported = ReadonlyMap<string, string>

const spaceless = (text: string | undefined): string | undefined => text?.replaceAll(' ', '')

/** Whether the login says that the options hold: a pooler may drop them in silence. `search_path` is reported since PostgreSQL 18. */
export const optionsTaken = (reported: Reported): boolean => {
  const path = spaceless(reported.get('search_path'))
  return (
    reported.get('default_transaction_read_only') === 'on' &&
    spaceless(reported.get('DateStyle')) === formats['DateStyle'] &&
    (path === undefined || path === safety['search_path'])
  )
}

export const majorOf = (reported: Reported): number => Number.parseInt(reported.get('server_version') ?? '', 10) || 0

const literal = (name: string, value: string): string => (name === 'search_path' ? value : `'${value}'`)
const set = (how: 'SET' | 'SET LOCAL', settings: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(settings).map(([name, value]) =>
    name === 'role' ? `${how} ROLE NONE` : `${how} ${name} = ${/^-?\d+$/.test(value) ? value : literal(name, value)}`,
  )

/** What the packet cannot hold, for servers before PostgreSQL 17 do not know it: of no use to us, and a role may have it. */
const late = (major: number): Readonly<Record<string, string>> => (major < 17 ? {} : { transaction_timeout: '0' })

/** The time-outs that this major knows. */
const timeoutsOf = (major: number, given: ServerTimeouts): Readonly<Record<string, string>> => {
  const { client_connection_check_interval: check = '', ...always } = timeouts(given)
  return {
    ...always,
    ...(major < 14 ? {} : { client_connection_check_interval: check, idle_session_timeout: '0' }),
  }
}

/**
 * How every look begins: grammar alone, so that nothing is looked up by a name before the path is safe, also where a pooler gave us a session
 * that knows nothing of our options; and all of it ends with the transaction, since that session may be somebody else's next.
 */
export const opening = (reported: Reported, taken: boolean): readonly string[] => {
  const { search_path = '', role = '' } = safety
  const { statement_timeout = '', lock_timeout = '', idle_in_transaction_session_timeout = '' } = timeouts(lookTimeouts)
  const major = majorOf(reported)
  const settings = taken
    ? { search_path, ...late(major), statement_timeout, lock_timeout, idle_in_transaction_session_timeout }
    : { search_path, ...late(major), role, ...formats, ...timeoutsOf(major, lookTimeouts) }
  return ['BEGIN READ ONLY', ...set('SET LOCAL', settings)]
}

/** The same for as long as a session lives that is ours alone, where the options were not taken: a trigger on login may have stood against them. */
export const ownSettings = (reported: Reported, taken: boolean, given: ServerTimeouts): readonly string[] => {
  const major = majorOf(reported)
  return set('SET', { ...late(major), ...(taken ? {} : { ...safety, ...formats, ...timeoutsOf(major, given) }) })
}
