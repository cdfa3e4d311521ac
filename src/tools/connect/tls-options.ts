import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { PostgresSsl } from '../../contract/database.ts'
import { loadTls } from '../../core/net/tls.ts'

/** libpq's rules: only the `verify-…` modes look at the certificate, and only `verify-full` at the name in it. */
export const tlsOptions = (ssl: PostgresSsl): ConnectionOptions => {
  const { checkServerIdentity } = loadTls()
  const { servername } = ssl
  const checkName: ConnectionOptions['checkServerIdentity'] =
    ssl.mode === 'verify-full' ? (host, certificate) => checkServerIdentity(servername ?? host, certificate) : () => undefined
  return {
    rejectUnauthorized: ssl.mode === 'verify-ca' || ssl.mode === 'verify-full',
    checkServerIdentity: checkName,
    ...(ssl.ca === undefined ? {} : { ca: ssl.ca }),
    ...(ssl.cert === undefined ? {} : { cert: ssl.cert }),
    ...(ssl.key === undefined ? {} : { key: ssl.key }),
    ...(servername === undefined ? {} : { servername }),
  }
}

/** The same with the name that is asked for by SNI, as the driver asks: that of the host, where it is no address. */
export const tlsOptionsFor = (host: string, ssl: PostgresSsl): ConnectionOptions => ({
  host,
  ...tlsOptions(ssl),
  ...(isIP(host) === 0 ? { servername: host } : {}),
})
