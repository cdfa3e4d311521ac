import type { IncomingMessage, ServerResponse } from 'node:http'
import { crc32c, crc32cText } from '../../src/core/crc32c.ts'
import { httpServer, type TestServer } from './http-server.ts'
import { zipOf } from './zip.ts'

/** A record as OSV gives it. */
export type ServedRecord = {
  readonly id: string
  readonly aliases?: readonly string[]
  readonly summary?: string
  readonly modified?: string
  readonly withdrawn?: string
  readonly severity?: readonly { type: string; score: string }[]
  readonly database_specific?: object
  readonly affected: readonly { package: { ecosystem: string; name: string }; ranges?: readonly object[]; versions?: readonly string[] }[]
}

/** What goes wrong with a request: what it is told, once for each entry. */
export type OsvFault = 'busy' | 'unavailable' | 'reset' | 'cut' | 'not-json' | 'wrong-order' | 'short' | 'slow' | 'missing-record' | 'error'

export type OsvServer = TestServer & {
  readonly requests: readonly string[]
  /** Every query that came, with the version that was asked for. */
  readonly queries: readonly { readonly name: string; readonly version: string; readonly page?: string }[]
}

export type OsvWorld = {
  readonly records: readonly ServedRecord[]
  /** Faults of the requests in their order; `ok` for one without. */
  readonly faults?: readonly (OsvFault | 'ok')[]
  /** Every request is answered so. */
  readonly always?: OsvFault
  /** How many records an answer names before it goes on. */
  readonly pageSize?: number
  readonly kev?: readonly string[]
  readonly epss?: Readonly<Record<string, number>>
  readonly latencyMs?: number
  /** What is said of the sum of a file: the true one, another one, or none. */
  readonly sum?: 'wrong' | 'none'
}

type Query = {
  readonly package: { readonly ecosystem: string; readonly name: string }
  readonly version: string
  readonly page_token?: string
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

/** OSV matches generously here: what it names is judged by whoever asks. */
const namesFor = ({ records }: OsvWorld, query: Query): readonly ServedRecord[] =>
  records.filter(({ affected }) =>
    affected.some(
      ({ package: about }) =>
        about.name.toLowerCase() === query.package.name &&
        [query.package.ecosystem, query.package.ecosystem.split(':')[0]].includes(about.ecosystem),
    ),
  )

const resultFor = (world: OsvWorld, query: Query) => {
  const { pageSize = 1_000 } = world
  const from = Number(query.page_token ?? 0)
  const all = namesFor(world, query)
  const vulns = all.slice(from, from + pageSize).map(({ id, modified = '2026-01-01T00:00:00Z' }) => ({ id, modified }))
  return { ...(vulns.length === 0 ? {} : { vulns }), ...(from + pageSize < all.length ? { next_page_token: String(from + pageSize) } : {}) }
}

const answerOf = (world: OsvWorld, url: URL, body: string, queries: object[]): unknown => {
  if (url.pathname.endsWith('/v1/querybatch')) {
    const asked = (JSON.parse(body) as { queries: Query[] }).queries
    queries.push(
      ...asked.map(({ package: { name }, version, page_token: page }) => ({ name, version, ...(page === undefined ? {} : { page }) })),
    )
    return { results: asked.map((query) => resultFor(world, query)) }
  }
  if (url.pathname === '/kev') return { vulnerabilities: (world.kev ?? []).map((cveID) => ({ cveID })) }
  if (url.pathname === '/epss')
    return {
      data: (url.searchParams.get('cve') ?? '')
        .split(',')
        .flatMap((cve) => (world.epss?.[cve] === undefined ? [] : [{ cve, epss: String(world.epss[cve]) }])),
    }
  const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
  return world.records.find((one) => one.id === id)
}

const withFault = (fault: OsvFault | 'ok', value: unknown, response: ServerResponse): void => {
  const text = JSON.stringify(value)
  const results = typeof value === 'object' && value !== null && 'results' in value && Array.isArray(value.results) ? value.results : []
  const faults: Readonly<Record<OsvFault | 'ok', () => void>> = {
    ok: () => (value === undefined ? void response.writeHead(404).end('{"code":5}') : void response.end(text)),
    busy: () => void response.writeHead(429, { 'retry-after': '1' }).end(),
    unavailable: () => void response.writeHead(503).end('upstream'),
    error: () => void response.writeHead(500).end('oops'),
    reset: () => void response.destroy(),
    cut: () => {
      response.writeHead(200, { 'content-length': String(text.length) })
      response.write(text.slice(0, text.length / 2), () => response.destroy())
    },
    'not-json': () => void response.end(text.slice(0, text.length - 2)),
    'wrong-order': () => void response.end(JSON.stringify({ results: results.toReversed() })),
    short: () => void response.end(JSON.stringify({ results: results.slice(1) })),
    slow: () => void setTimeout(() => response.end(text), 700),
    'missing-record': () => void response.writeHead(404).end('{"code":5}'),
  }
  faults[fault]()
}

/** OSV's file of an ecosystem: `/zips/PyPI/all.zip`. */
const zipFor = ({ records }: OsvWorld, path: string): Buffer | undefined => {
  const family = /^\/zips\/([^/]+)\/all\.zip$/.exec(path)?.[1]
  const all = records.filter(({ affected }) => affected.some(({ package: { ecosystem } }) => ecosystem.split(':')[0] === family))
  return family === undefined || all.length === 0
    ? undefined
    : zipOf(Object.fromEntries(all.map((one) => [`${one.id}.json`, JSON.stringify(one)])))
}

const sendZip = (world: OsvWorld, zip: Buffer, fault: OsvFault | 'ok', response: ServerResponse): void => {
  if (fault === 'unavailable') return void response.writeHead(503).end()
  const sum = crc32cText(world.sum === 'wrong' ? 1 : crc32c(zip))
  response.writeHead(200, { 'content-length': zip.length, ...(world.sum === 'none' ? {} : { 'x-goog-hash': `crc32c=${sum},md5=AAAA` }) })
  if (fault === 'cut') return void response.write(zip.subarray(0, zip.length / 2), () => response.destroy())
  response.end(zip)
}

/** OSV's API, its files below `/zips`, CISA's feed (`/kev`) and EPSS (`/epss`) on one port, with the faults that they are told to have. */
export const osvServer = async (world: OsvWorld): Promise<OsvServer> => {
  const requests: string[] = []
  const queries: { name: string; version: string; page?: string }[] = []
  const server = await httpServer((request, response) => {
    const serve = async () => {
      const nth = requests.push(`${request.method} ${request.url}`) - 1
      const url = new URL(request.url ?? '/', 'http://stand-in')
      const value = answerOf(world, url, await bodyOf(request), queries)
      const isRecord = url.pathname.includes('/v1/vulns/')
      const fault = world.always === 'missing-record' && !isRecord ? 'ok' : (world.always ?? world.faults?.[nth] ?? 'ok')
      const zip = zipFor(world, url.pathname)
      if (zip !== undefined) return sendZip(world, zip, fault, response)
      setTimeout(() => withFault(fault, value, response), world.latencyMs ?? 0)
    }
    void serve()
  })
  return { ...server, requests, queries }
}

/** A record about a package whose versions below `fixed` are affected. */
export const record = (
  id: string,
  name: string,
  fixed: string,
  rest: Partial<ServedRecord> & { ecosystem?: string } = {},
): ServedRecord => {
  const { ecosystem = 'PyPI', ...more } = rest
  return {
    id,
    affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] }],
    ...more,
  }
}
