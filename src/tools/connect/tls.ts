import type { ConnectionOptions } from 'node:tls'
import type { PostgresSsl } from '../../core/database.ts'

/** libpq's rules: only the `verify-…` modes look at the certificate, and only `verify-full` at the name in it. */
export const tlsOptions = async (ssl: PostgresSsl): Promise<ConnectionOptions> => {
  const { checkServerIdentity } = await import('node:tls')
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
