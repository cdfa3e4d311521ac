import type { Conninfo } from './conninfo.ts'

const isAsked = (value: string | undefined, ...harmless: readonly string[]): boolean =>
  value !== undefined && !harmless.includes(value.toLowerCase())

/** Who looks at the certificate and its name knows already to whom it speaks. */
const isProven = ({ sslmode, sslrootcert }: Conninfo): boolean => sslmode === 'verify-full' || sslrootcert === 'system'

/** Each with what to do instead. */
const unkept: Readonly<Record<string, { readonly asked: (given: Conninfo) => boolean; readonly instead: string }>> = {
  channel_binding: {
    asked: (given) => given['channel_binding'] === 'require' && !isProven(given),
    instead: 'set sslmode=verify-full, which keeps others out as well, or leave it out',
  },
  gssencmode: { asked: ({ gssencmode }) => gssencmode === 'require', instead: 'use TLS: sslmode=verify-full' },
  requirepeer: { asked: ({ requirepeer }) => isAsked(requirepeer), instead: 'leave it out' },
  service: { asked: ({ service }) => isAsked(service), instead: 'write what the service file says: host, port, dbname, user' },
  ssl_min_protocol_version: {
    asked: ({ ssl_min_protocol_version: least }) => isAsked(least, 'tlsv1', 'tlsv1.1', 'tlsv1.2'),
    instead: 'set it at the server',
  },
  sslcrl: { asked: ({ sslcrl }) => isAsked(sslcrl), instead: 'leave it out, and take the certificate from the server' },
  sslcrldir: { asked: ({ sslcrldir }) => isAsked(sslcrldir), instead: 'leave it out, and take the certificate from the server' },
}

/** A demand of libpq's that Ronde does not keep: to pass it over would be to speak to whom it was to keep out, or to another server. */
export const unkeptDemand = (given: Conninfo): { readonly name: string; readonly instead: string } | undefined => {
  const found = Object.entries(unkept).find(([, { asked }]) => asked(given))
  return found === undefined ? undefined : { name: found[0], instead: found[1].instead }
}
