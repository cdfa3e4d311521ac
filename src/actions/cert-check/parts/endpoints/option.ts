import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { z } from 'zod'
import { list } from '../../../../core/options/list.ts'
import { type ParsedText, parsedText } from '../../../../core/options/parsed-text.ts'
import { shown } from '../../../../core/options/shown.ts'
import { didYouMean } from '../../../../core/suggestion.ts'
import { type StartTls, startTlsPorts } from '../../../../probes/tls/starttls-steps.ts'
import { type CertEndpoint, endpointKey } from './endpoint.ts'

const protocols = Object.keys(startTlsPorts) as StartTls[]
const expected = 'an endpoint such as quiz.example:443 or smtp.quiz.example:587?starttls=smtp'
const hostName = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*$/

const defaultPort = 443
const portOf = (starttls: StartTls | undefined): number => (starttls === undefined ? defaultPort : startTlsPorts[starttls])

/** A host as it is used: lower-case ASCII, no last dot. */
const readHost = (text: string): ParsedText<string> => {
  if (isIP(text) !== 0) return { value: text.toLowerCase() }
  const ascii = domainToASCII(text.replace(/\.$/, ''))
  // Looked through for secrets, which costs more than all else here: only where it is told.
  const mistake = () => `${shown(text)} is not a host name or an address`
  // What is made of digits only would be read as an address by some and as a name by others.
  if (isIP(ascii) !== 0) return { mistake: `${mistake()}; write ${ascii}` }
  return hostName.test(ascii) ? { value: ascii } : { mistake: mistake() }
}

const readPort = (text: string): ParsedText<number> => {
  const port = Number(text)
  if (/^\d{1,6}$/.test(text) && port >= 1 && port <= 65_535) return { value: port }
  return { mistake: `port ${shown(text).slice(1, -1)} is not a number from 1 to 65535` }
}

type Query = Pick<CertEndpoint, 'servername' | 'starttls'>

const readStartTls = (value: string): ParsedText<Query> => {
  const starttls = protocols.find((one) => one === value)
  const mistake = `starttls ${shown(value)} is not one of ${protocols.join(', ')}${didYouMean(value, protocols)}`
  return starttls === undefined ? { mistake } : { value: { starttls } }
}

const readServerName = (value: string): ParsedText<Query> => {
  const host = readHost(value)
  return 'mistake' in host ? { mistake: `servername: ${host.mistake}` } : { value: { servername: host.value } }
}

const parameters: Readonly<Record<string, (value: string) => ParsedText<Query>>> = { starttls: readStartTls, servername: readServerName }

const unknownParameter = (key: string): ParsedText<Query> => {
  const known = Object.keys(parameters)
  return { mistake: `${shown(key)} is not one of ${known.join(', ')}${didYouMean(key, known)}` }
}

const readQuery = (text: string): ParsedText<Query> => {
  const read = [...new URLSearchParams(text)].map(([key, value]) =>
    Object.hasOwn(parameters, key) ? (parameters[key]?.(value) ?? unknownParameter(key)) : unknownParameter(key),
  )
  const wrong = read.find((one) => 'mistake' in one)
  return wrong ?? { value: Object.assign({}, ...read.map((one) => ('value' in one ? one.value : {}))) as Query }
}

const scheme = /^([a-z][a-z0-9+.-]*):\/\//i

/** `https://quiz.example/` is the endpoint that serves it: what health-check is given can be copied. */
const withoutScheme = (text: string): string => {
  const url = /^https:\/\//i.test(text) ? URL.parse(text) : null
  const isOrigin = url !== null && url.hostname !== '' && [url.username, url.password, url.search, url.hash].every((one) => one === '')
  return isOrigin && url.pathname === '/' ? `${url.hostname}:${url.port || defaultPort}` : text
}

/** What is wrong with the form of it, with what to write instead. */
const misformed = (text: string): string | undefined => {
  if (scheme.test(text)) {
    const url = URL.parse(text.replace(scheme, 'https://'))
    const instead = url === null || url.hostname === '' ? 'quiz.example:443' : `${url.hostname}:${url.port || defaultPort}`
    return `${shown(text)} has a ${/^https:/i.test(text) ? 'path or more' : 'scheme'}; write ${instead}`
  }
  if (/[\s/@\\]/.test(text)) return `${shown(text)} is not ${expected}`
  return isIP(text) === 6 ? `an IPv6 address stands in brackets; write [${text}]:443` : undefined
}

const readEndpoint = (written: string): ParsedText<CertEndpoint> => {
  const text = withoutScheme(written)
  const mistake = misformed(text)
  if (mistake !== undefined) return { mistake }
  const [, address, name, portText, queryText = ''] = /^(?:\[([^\]]*)\]|([^:?[\]]+))(?::([^?]*))?(?:\?(.*))?$/.exec(text) ?? []
  if (address !== undefined && isIP(address) !== 6) return { mistake: `${shown(address)} is not an IPv6 address` }
  const named = address ?? name
  if (named === undefined) return { mistake: `${shown(text)} is not ${expected}` }
  const host = readHost(named)
  if ('mistake' in host) return host
  const query = readQuery(queryText)
  if ('mistake' in query) return query
  const port = portText === undefined ? { value: portOf(query.value.starttls) } : readPort(portText)
  return 'mistake' in port ? port : { value: { host: host.value, port: port.value, ...query.value } }
}

const host = () => parsedText({ expected: 'a host name or an address', read: readHost })

const endpointObject = z
  .strictObject({
    host: host().meta({ description: 'Host name, or numeric address.' }),
    port: z.int().min(1).max(65_535).optional().meta({ description: 'Default: 443, or that of the protocol of `starttls`.' }),
    servername: host().optional().meta({ description: 'Name to ask for by SNI, and to judge. Default: the host.' }),
    starttls: z.enum(protocols).optional().meta({ description: 'Protocol that is spoken before TLS begins.' }),
  })
  .transform(({ port, ...rest }): CertEndpoint => ({ ...rest, port: port ?? portOf(rest.starttls) }))

const endpoint: z.ZodType<CertEndpoint> = z.union([parsedText({ expected, read: readEndpoint }), endpointObject])

export const endpointsOption = list(endpoint, { uniqueBy: endpointKey }).optional().meta({
  description:
    'Where TLS is spoken: `host:port`, `host:587?starttls=smtp`, or a mapping. Default: the `https://` endpoints of `health-check`.',
})
