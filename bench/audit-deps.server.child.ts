/** OSV, its file of npm (4,000 records), CISA's feed and EPSS at 100 ms a request: one package of twenty is vulnerable. Prints its port; tells who asks it how many requests came since. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { zipOf } from '../__tests__/support/zip.ts'

const latencyMs = 100
const every = 20
let requests = 0

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const bytes = Buffer.concat(pieces)
  // npm packs what it asks.
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8')
}

type Query = { readonly package: { readonly name: string } }
const isVulnerable = (name: string): boolean => Number(name.split('-')[1]) % every === 0

const recordOf = (name: string) => ({
  id: `GHSA-${name}`,
  modified: '2026-01-01T00:00:00Z',
  summary: `A long text about ${name}`,
  details: 'x'.repeat(4_000),
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }],
  affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }] }],
})

/** As many records again are about packages that nobody here has. */
const allZip = zipOf(
  Object.fromEntries(
    Array.from({ length: 4_000 }, (_, index) => `package-${index}`)
      .filter((name, index) => index >= 2_000 || isVulnerable(name))
      .map((name) => [`GHSA-${name}.json`, JSON.stringify(recordOf(name))]),
  ),
)

/** What npm asks its registry for. */
const npmAdvisories = (names: readonly string[]) =>
  Object.fromEntries(
    names
      .filter(isVulnerable)
      .map((name) => [
        name,
        [{ id: name, url: `https://x.example/${name}`, title: name, severity: 'high', vulnerable_versions: '<2.0.0' }],
      ]),
  )

const packument = (name: string) => ({
  name,
  'dist-tags': { latest: '2.0.0' },
  versions: Object.fromEntries(
    ['1.0.0', '2.0.0'].map((version) => [version, { name, version, dist: { tarball: 'https://x.example/x.tgz' } }]),
  ),
})

const answerTo = (path: string, body: string): unknown => {
  if (path === '/zips/npm/all.zip') return allZip
  if (path === '/kev') return { vulnerabilities: [] }
  if (path.startsWith('/epss')) return { data: [] }
  if (path.startsWith('/v1/vulns/')) return recordOf(path.slice('/v1/vulns/GHSA-'.length))
  if (path.startsWith('/package-')) return packument(path.slice(1))
  if (path.endsWith('/advisories/bulk')) return npmAdvisories(Object.keys(JSON.parse(body)))
  if (path === '/v1/query') {
    const { package: asked } = JSON.parse(body) as Query
    const found = recordOf(asked.name)
    return isVulnerable(asked.name) ? { vulns: [{ ...found, published: found.modified, affected: [] }] } : {}
  }
  const { queries } = JSON.parse(body) as { queries: Query[] }
  return {
    results: queries.map(({ package: { name } }) =>
      isVulnerable(name) ? { vulns: [{ id: `GHSA-${name}`, modified: '2026-01-01T00:00:00Z' }] } : {},
    ),
  }
}

const sent = (answer: unknown): string | Buffer => (Buffer.isBuffer(answer) ? answer : JSON.stringify(answer))

const server = createServer((request, response) => {
  requests += 1
  void bodyOf(request).then((body) => setTimeout(() => response.end(sent(answerTo(request.url ?? '', body))), latencyMs))
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.on('message', () => {
  process.send?.(requests)
  requests = 0
})
