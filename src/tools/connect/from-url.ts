import { type PostgresSsl, type PostgresTarget, type SslMode, sslModes } from '../../contract/database.ts'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import { type Conninfo, parseConninfo } from '../../domain/postgres/conninfo.ts'
import { requireAuthMistake } from '../../domain/postgres/require-auth.ts'
import { unkeptDemand } from '../../domain/postgres/unkept-demands.ts'
import type { ConnectServices } from './services.ts'

const from = 'database.url'

/** What the configured URL or key=value string means, with libpq's defaults; its password is masked before anything else. */
export const targetFromUrl = async (url: string, services: ConnectServices): Promise<Seen<PostgresTarget>> => {
  const reading = parseConninfo(url)
  // As a whole: its parts would be cut elsewhere than the secret.
  if (!reading.ok) services.secrets.add(url)
  if (!reading.ok) return couldNotLook(`${from} cannot be read: ${reading.mistake}`, `correct ${from}`)
  const given = reading.value
  maskPassword(url, given, services)
  const auth = authOf(given, services)
  if (!auth.seen) return auth
  const ssl = await sslOf(given, services)
  if (!ssl.seen) return ssl
  const [host = 'localhost', user = services.userName()] = [given['hostaddr'] ?? given['host'], given['user']]
  const [port, database] = [Number(given['port'] ?? 5432), given['dbname'] ?? user]
  const name = given['host'] ?? host
  return saw(
    {
      host,
      port,
      database,
      user,
      password: given['password'],
      ssl: ssl.value,
      ...auth.value,
      subject: `${name.includes(':') ? `[${name}]` : name}:${port}/${database}`,
      service: undefined,
    },
    services.now(),
  )
}

/** What it demands of the server. */
const authOf = (given: Conninfo, services: ConnectServices): Seen<Pick<PostgresTarget, 'requireAuth'>> => {
  const unkept = unkeptDemand(given)
  if (unkept !== undefined) return couldNotLook(`${from}: Ronde does not keep its ${unkept.name}`, unkept.instead)
  const requireAuth = given['require_auth']
  const mistake = requireAuthMistake(requireAuth ?? '')
  if (mistake !== undefined) return couldNotLook(`${from}: ${mistake}`, `correct ${from}`)
  return saw(requireAuth === undefined ? {} : { requireAuth }, services.now())
}

/** Also as it is written in the URL, for that may be encoded in another way than anybody else would. */
const maskPassword = (url: string, given: Conninfo, services: ConnectServices): void => {
  const { password } = given
  if (password === undefined) return
  services.secrets.add(password)
  const written = /\/\/[^:/]*:([^/]*)@/.exec(url)?.[1]
  if (written !== undefined && written !== password) services.secrets.add(written)
}

const sslOf = async (given: Conninfo, services: ConnectServices): Promise<Seen<PostgresSsl>> => {
  const word = given['sslmode'] === 'no-verify' ? 'require' : (given['sslmode'] ?? 'prefer')
  const mode = sslModes.find((one) => one === word)
  if (mode === undefined) return couldNotLook(`${from}: its sslmode is none of ${sslModes.join(', ')}`, `correct ${from}`)
  const files = { ca: given['sslrootcert'], cert: given['sslcert'], key: given['sslkey'] }
  const texts: { ca?: string; cert?: string; key?: string } = {}
  for (const [name, path] of Object.entries(files) as ['ca' | 'cert' | 'key', string | undefined][]) {
    if (path === undefined || (name === 'ca' && path === 'system')) continue
    const read = await services.readFile(path)
    if (!read.seen) return couldNotLook(`${from}: ${read.cause}`, read.advice)
    texts[name] = read.value
  }
  const { host, hostaddr } = given
  const servername = hostaddr !== undefined && host !== undefined ? { servername: host } : {}
  return saw({ mode: stricter(mode, files.ca), ...texts, ...servername }, services.now())
}

/** As in libpq: an authority makes `require` look at the certificate, and the system's own authorities only vouch for names. */
const stricter = (mode: SslMode, ca: string | undefined): SslMode => {
  if (ca === 'system') return 'verify-full'
  return mode === 'require' && ca !== undefined ? 'verify-ca' : mode
}
