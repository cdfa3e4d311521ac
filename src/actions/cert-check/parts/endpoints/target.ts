import { isIP } from 'node:net'
import { shellCommand, type Word } from '../../../../core/text/shell-command.ts'
import type { CertOptions } from '../../options.ts'
import { type CertEndpoint, endpointKey } from './endpoint.ts'

/** One endpoint, ready to be looked at and judged. */
export type CertTarget = {
  readonly endpoint: CertEndpoint
  /** What its findings are about: `quiz.example:443`. */
  readonly subject: string
  /** The name that is asked for and judged. */
  readonly serverName: string
  /** Named under cert-check, so that "could not look" is unknown; else taken from health-check. */
  readonly asked: boolean
  /** PEM files of authorities that are trusted besides the public ones. */
  readonly authorities: readonly string[]
  /** Others reach it through a proxy: that its name is not found here says nothing. */
  readonly byProxy?: boolean
}

const httpsPort = 443

/** Those that speak HTTPS from here. One whose certificate is not to be verified is left out: its owner knows. */
const fromHealthCheck = (options: CertOptions): readonly { readonly endpoint: CertEndpoint; readonly ca: string | undefined }[] =>
  (options['health-check']?.endpoints ?? []).flatMap((one) => {
    const url = URL.parse(one.url)
    if (url?.protocol !== 'https:' || one.from !== undefined || one['tls-verify'] === false) return []
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
    return [{ endpoint: { host, port: Number(url.port || httpsPort), servername: one['server-name']?.toLowerCase() }, ca: one.ca }]
  })

const placeOf = ({ host, port }: CertEndpoint): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`

type Named = Pick<CertTarget, 'endpoint' | 'asked' | 'authorities'>

const present = (...values: readonly (string | undefined)[]): readonly string[] => values.filter((one) => one !== undefined)

const named = (options: CertOptions): readonly Named[] => {
  const { endpoints, 'ca-file': caFile } = options
  if (endpoints !== undefined) return endpoints.map((endpoint) => ({ endpoint, asked: true, authorities: present(caFile) }))
  const inferred = fromHealthCheck(options).map(({ endpoint, ca }) => ({ endpoint, asked: false, authorities: present(caFile, ca) }))
  return [...new Map(inferred.toReversed().map((one) => [endpointKey(one.endpoint), one])).values()].toReversed()
}

/** The endpoints of the options, or else the HTTPS ones of health-check. Several names at one place get their name into the subject. */
export const targetsOf = (options: CertOptions): readonly CertTarget[] => {
  const places = new Set<string>()
  return named(options).map((one) => {
    const place = placeOf(one.endpoint)
    const serverName = one.endpoint.servername ?? one.endpoint.host
    const subject = places.has(place) ? `${place} (${serverName})` : place
    places.add(place)
    return { ...one, subject, serverName }
  })
}

/** The command that shows what an endpoint presents; none when its name fits no shell. */
export const showCommand = ({ endpoint, serverName }: CertTarget, more: readonly string[] = ['-showcerts']): string | undefined => {
  const { host, port, starttls } = endpoint
  const place = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
  const sni: readonly Word[] = isIP(serverName) === 0 ? ['-servername', { kind: 'host', name: serverName }] : []
  const hostFits = shellCommand([{ kind: 'host', name: host }]) !== undefined
  return hostFits
    ? shellCommand(['openssl', 's_client', '-connect', place, ...sni, ...(starttls === undefined ? [] : ['-starttls', starttls]), ...more])
    : undefined
}
