import { z } from 'zod'
import type { JsonValue } from '../../../../contract/json.ts'
import { once } from '../../../../core/once.ts'
import { comparableJson } from '../../../../core/options/comparable-json.ts'
import { duration } from '../../../../core/options/duration.ts'
import { uniqueBy } from '../../../../core/options/list.ts'
import { textWithSecrets } from '../../../../core/options/secret.ts'
import { shown } from '../../../../core/options/shown.ts'
import { texts } from '../../../../core/options/texts.ts'
import { endpointUrl } from '../../../../core/options/url.ts'
import { isStatusText } from './expected-status.ts'

const text = once(() => z.string().min(1, 'is empty'))
const oneLine = (value: string): boolean => !/[\r\n\0]/.test(value)

/** What frames a request, or asks for another protocol, is ours to write. */
const ownHeaders: ReadonlySet<string> = new Set(['connection', 'content-length', 'expect', 'te', 'trailer', 'transfer-encoding', 'upgrade'])
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'is not a header name')
  .refine((name) => !ownHeaders.has(name.toLowerCase()), 'is set by Ronde itself')

/** Several in one text are a list that was not written as one. */
const statusMistake = (text: string): string => {
  const all = text.split(/[\s,]+/).filter((one) => one !== '')
  const instead = all.length > 1 && all.every(isStatusText) ? `; write [${all.join(', ')}]` : ''
  return `${shown(text)} is not a status such as 200, 2xx or 200-299${instead}`
}

const status = z.union([
  z.int().min(100).max(599),
  z
    .string()
    .refine(isStatusText, { error: ({ input }) => statusMistake(String(input)) })
    .register(texts, { pattern: '^(?:[1-5][xX]{2}|[1-5]\\d\\d(?:-[1-5]\\d\\d)?)$' }),
])

/** Text that is JSON was meant as what it spells; it would be compared as text, and never be there. */
const isQuotedJson = (value: JsonValue): boolean => typeof value === 'string' && /^\s*[[{].*[\]}]\s*$/s.test(value)
const json: z.ZodType<JsonValue, JsonValue> = comparableJson().refine(
  (value) => !isQuotedJson(value),
  'JSON in quotes is text; leave the quotes out, as in { status: ok }',
)

const shape = {
  name: text().max(80).optional().register(texts, { description: 'What it is called in reports; by default its URL.' }),
  url: endpointUrl().register(texts, { description: '`https://…`, `http://…` or `tcp://host:port`.' }),
  method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST']).optional().register(texts, { description: 'Default: `GET`.' }),
  headers: z
    .record(headerName, textWithSecrets().refine(oneLine, 'has a line break'))
    .optional()
    .register(texts, { description: 'Request headers; `${NAME}` is replaced in their values.' }),
  body: textWithSecrets().optional().register(texts, { description: 'Body of a `POST`; `${NAME}` is replaced in it.' }),
  status: z
    .union([status, z.array(status).min(1)])
    .optional()
    .register(texts, { description: 'Expected status: a number, `2xx`, `200-299`, or a list of them. Default: 2xx and 3xx.' }),
  json: json
    .optional()
    .register(texts, { description: 'What the JSON answer must contain: objects by the keys named here, lists item by item.' }),
  text: text().optional().register(texts, { description: 'What the answer must contain as text.' }),
  'max-latency': duration({ minMs: 1 }).optional().register(texts, { description: 'Warns above it. Default: `thresholds.p95`.' }),
  timeout: duration({ minMs: 1, maxMs: 3_600_000, usual: 's' })
    .optional()
    .register(texts, { description: 'Of one attempt. Default: `10s`.' }),
  attempts: z.int().min(1).max(10).optional().register(texts, { description: 'How often a failure is tried in all. Default: 3.' }),
  redirects: z
    .enum(['same-origin', 'any', 'none'])
    .optional()
    .register(texts, { description: 'Which redirects are followed, at most 10. Default: `same-origin`.' }),
  'tls-verify': z.boolean().optional().register(texts, { description: 'Whether the certificate is verified. Default: `true`.' }),
  ca: text().optional().register(texts, { description: 'PEM file of the authority that is trusted instead of the public ones.' }),
  'server-name': text()
    .optional()
    .register(texts, { description: 'Name to ask for by TLS and to verify, when it is not that of the URL.' }),
  from: text().optional().register(texts, { description: 'Compose service from whose network the connection is opened.' }),
}

/** One endpoint, as written; a URL alone is an endpoint too. */
export type Endpoint = z.output<z.ZodObject<typeof shape>>
type Key = keyof Endpoint

const anyScheme: ReadonlySet<Key> = new Set<Key>(['name', 'url', 'max-latency', 'timeout', 'attempts', 'from'])
const tlsOnly: readonly Key[] = ['tls-verify', 'ca', 'server-name']

/** Keys that say nothing for this endpoint, each with why. */
const misplaced = (endpoint: Endpoint): readonly (readonly [Key, string])[] => {
  const given = (Object.keys(endpoint) as Key[]).filter((key) => endpoint[key] !== undefined)
  const scheme = endpoint.url.split(':', 1)[0]?.toLowerCase()
  if (scheme === 'tcp')
    return given.filter((key) => !anyScheme.has(key)).map((key) => [key, 'a tcp:// endpoint has none: it only connects'])
  // A redirect to https is followed: then it has TLS.
  const withoutTls = scheme === 'http' && endpoint.redirects === 'none' ? tlsOnly : []
  const withoutBody: readonly Key[] = endpoint.method === 'POST' ? [] : ['body']
  const withoutAnswer: readonly Key[] = endpoint.method === 'HEAD' ? ['json', 'text'] : []
  const because = (keys: readonly Key[], why: string) => keys.filter((key) => given.includes(key)).map((key) => [key, why] as const)
  return [
    ...because(withoutTls, 'an http:// endpoint that follows no redirect has no TLS'),
    ...because(withoutBody, 'only a POST has a body; write method: POST'),
    ...because(withoutAnswer, 'the answer to HEAD has no body'),
  ]
}

const endpointObject = z.strictObject(shape).check((payload) => {
  for (const [key, message] of misplaced(payload.value))
    payload.issues.push({ code: 'custom', input: payload.value[key], path: [key], message, continue: true })
})

const endpoint: z.ZodType<Endpoint> = z.union([endpointUrl().transform((url): Endpoint => ({ url })), endpointObject])

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number => (one < other ? -1 : 1)

/** What makes two endpoints the same: the request, and what is expected of its answer. Not how it is called, nor how often it is tried. */
const identityOf = ({
  name: _name,
  timeout: _timeout,
  attempts: _attempts,
  url,
  method = 'GET',
  headers = {},
  ...rest
}: Endpoint): string => {
  const lines = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  const others = Object.entries(rest).filter(([, value]) => value !== undefined)
  return JSON.stringify([method, URL.parse(url)?.href ?? url, lines.toSorted(byName), others.toSorted(byName)])
}

export const endpointsOption = z
  .array(endpoint)
  .check(
    uniqueBy(identityOf),
    uniqueBy<Endpoint>(({ name }) => name, ['name']),
  )
  .default([])
  .register(texts, { description: 'Endpoints to ask, each a URL or a mapping. As an input: one URL a line, or YAML.' })
