/** What a connection string says, by libpq's own keywords; a missing one is absent. The password is in `password`, decoded. */
export type Conninfo = Readonly<Record<string, string>>

/** A mistake never repeats any part of the string: what is misread may be the password. */
export type ConninfoReading = { readonly ok: true; readonly value: Conninfo } | { readonly ok: false; readonly mistake: string }

const schemes = /^(?:postgres(?:ql)?(?:\+\w+)?|postgis|pgsql|psql):\/\//i
const encodeHint = 'write special characters of the user and the password percent-encoded (@ is %40, / is %2F)'

const longest = 4_096

const mistake = (text: string): ConninfoReading => ({ ok: false, mistake: text })

/**
 * Reads what libpq reads: a URL (https://www.postgresql.org/docs/current/libpq-connect.html) or `key=value` pairs.
 * More lenient where real settings need it: the schemes of SQLAlchemy and Django, `@`, `#`, `?` and a lone `%` in a password, unknown
 * parameters. Of several hosts the first is taken.
 */
export const parseConninfo = (text: string): ConninfoReading => {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > longest) return mistake(`it is empty, or longer than ${longest} characters`)
  const scheme = schemes.exec(trimmed)?.[0]
  const reading = scheme === undefined ? parsePairs(trimmed) : parseUrl(trimmed.slice(scheme.length))
  return reading.ok ? checked(reading.value) : reading
}

const parseUrl = (rest: string): ConninfoReading => {
  const parts = urlParts.exec(rest)?.groups
  if (parts === undefined) return mistake(`it cannot be read as a URL; ${encodeHint}`)
  const { user, password, path, query } = parts
  if (isAmbiguous(path ?? '', query ?? '')) return mistake(`the address cannot be told from the password; ${encodeHint}`)
  const address = hostAndPort.exec(parts['hosts']?.split(',', 1)[0] ?? '')?.groups
  if (address === undefined) return mistake(`the host cannot be read; ${encodeHint}`)
  const host = address['host']?.replace(/^\[(.*)\]$/, '$1')
  const given = Object.entries({ user, password, host, port: address['port'], dbname: path })
  const decoded = Object.fromEntries(given.map(([key, value]) => [key, decode(value ?? '')]))
  return { ok: true, value: withoutEmpty({ ...decoded, ...queryParameters(query ?? '') }) }
}

/** Before the last `@` that stands before the first `/` are the user and the password, whatever characters they hold. */
const urlParts = /^(?:(?<user>[^:/]*)(?::(?<password>[^/]*))?@)?(?<hosts>[^/?@]*)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/s
const hostAndPort = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>.*))?$/s

/** What libpq reads from a query; in the value of any of them an `@` may stand. */
const keywords = new Set(
  'host hostaddr port dbname user password passfile require_auth channel_binding connect_timeout client_encoding options application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout replication gssencmode sslmode requiressl sslcompression sslcert sslkey sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni ssl requirepeer ssl_min_protocol_version ssl_max_protocol_version min_protocol_version max_protocol_version krbsrvname gsslib gssdelegation service servicefile target_session_attrs load_balance_hosts scram_client_key scram_server_key sslkeylogfile sslnegotiation oauth_issuer oauth_client_id oauth_client_secret oauth_scope schema pgbouncer'.split(
    ' ',
  ),
)

/** Whether what stands behind the host could be the rest of a password, with the address behind it. */
const isAmbiguous = (path: string, query: string): boolean =>
  path.includes('@') ||
  query.split('&').some((pair) => {
    const [key, value] = splitAt(pair, '=')
    return pair.includes('@') && (value === undefined || !keywords.has(decode(key)))
  })

const queryParameters = (query: string): Record<string, string> =>
  Object.fromEntries(
    query
      .split('&')
      .map((pair) => splitAt(pair, '='))
      .map(([key, value]) => [decode(key), decode(value ?? '')] as const)
      .map(([key, value]) =>
        key === 'ssl' ? (['sslmode', value === 'true' || value === '1' ? 'require' : value] as const) : [key, value],
      ),
  )

const pairPattern = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s\\]|\\.)*))(?=\s|$)/sy

const parsePairs = (text: string): ConninfoReading => {
  const found: Record<string, string> = {}
  pairPattern.lastIndex = 0
  let position = 0
  while (position < text.length) {
    const match = pairPattern.exec(text)
    if (match === null)
      return mistake('it is neither a URL such as postgresql://user@host:5432/name nor key=value pairs such as host=db dbname=quiz')
    found[(match[1] ?? '').toLowerCase()] = (match[2] ?? match[3] ?? '').replace(/\\(.)/gs, '$1')
    position = pairPattern.lastIndex
  }
  return { ok: true, value: withoutEmpty(found) }
}

const checked = (given: Record<string, string>): ConninfoReading => {
  if (Object.values(given).some((value) => value.includes('\0'))) return mistake('it contains a zero byte')
  const value = withoutEmpty({ ...given, ...firstOfEach(given) })
  const { port } = value
  if (value['service'] !== undefined && value['host'] === undefined && value['hostaddr'] === undefined)
    return mistake('it names a service, and service files are not read: write host, port, user and database into it')
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return mistake(`the port is not a number from 1 to 65535; ${encodeHint}`)
  }
  return { ok: true, value }
}

/** Of several hosts, comma between them, the first. */
const firstOfEach = (given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(['host', 'hostaddr', 'port'].map((key) => [key, given[key]?.split(',', 1)[0] ?? '']))

const withoutEmpty = (given: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))

const splitAt = (text: string, separator: string): readonly [string, string | undefined] => {
  const index = text.indexOf(separator)
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)]
}

/** Only whole `%XX` groups are decoded, so that a lone `%` stands for itself; `+` is a plus, as in libpq. */
const decode = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
