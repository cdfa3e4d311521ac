import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { runRonde } from '../support/ronde.ts'

const json = { 'content-type': 'application/json' }
const zeros = Buffer.from(`[${'0,'.repeat(8_000_000)}0]`)
const issue = (number: number) =>
  `{"number":${number},"title":"","body":"","state":"open","user":null,"labels":[],"locked":false,"comments":0,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","html_url":""}`
const longPage = `[${Array.from({ length: 130_000 }, (_, index) => issue(index + 1)).join(',')}]`

const endless = (response: ServerResponse): void => {
  while (!response.destroyed && response.write('x'.repeat(65_536)));
  response.once('drain', () => endless(response))
}

const answers: readonly (readonly [string, (response: ServerResponse, url: string) => void])[] = [
  ['pages without end', (response, url) => response.writeHead(200, { ...json, link: `<${url}?page=2>; rel="next"` }).end('[]')],
  [
    'a link that is made for its reader',
    (response) => response.writeHead(200, { ...json, link: '<'.repeat(7_000) + '<>;'.repeat(2_000) }).end('[]'),
  ],
  ['sixteen million zeros', (response) => response.writeHead(200, json).end(zeros)],
  ['a page of a hundred thousand issues', (response) => response.writeHead(200, json).end(longPage)],
  ['lists in lists', (response) => response.writeHead(200, json).end('['.repeat(10_000_000))],
  ['a body without end', (response) => endless(response)],
  [
    'a body byte by byte',
    (response) => {
      const timer = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(timer))
    },
  ],
  [
    'a body that is cut',
    (response) => {
      response.writeHead(200, { ...json, 'content-length': '1000' })
      response.write('[', () => response.destroy())
    },
  ],
  ['a wait of three years', (response) => response.writeHead(429, { 'retry-after': '99999999' }).end('{}')],
  ['a wait until the year 275760', (response) => response.writeHead(429, { 'retry-after': 'Sat, 13 Sep 275760 00:00:00 GMT' }).end('{}')],
  [
    'a limit that ends never',
    (response) => response.writeHead(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1e300' }).end('{}'),
  ],
  ['a date far away', (response) => response.writeHead(200, { ...json, date: 'Sat, 13 Sep 275760 00:00:00 GMT' }).end('[]')],
  ['an endless name of itself', (response) => response.writeHead(200, { ...json, etag: `"${'x'.repeat(15_000)}"` }).end('[]')],
  ['a redirect to itself', (response, url) => response.writeHead(301, { location: url }).end()],
  ['nothing', () => {}],
]

test.each(answers)(
  'a GitHub that gives %s ends no run and hides no verdict',
  async (_, answer) => {
    const server = createServer((request, response) => {
      response.on('error', () => {})
      answer(response, `http://${request.headers.host}${request.url}`)
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    try {
      const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const { signal, reports, stdout, exitCode } = await runRonde('health-check', {
        inputs: { incidents: 'true' },
        files: { '.github/ronde.yml': 'health-check: { checks: [endpoints], endpoints: [{ url: "tcp://127.0.0.1:1", attempts: 1 }] }' },
        github: { repository: 'quiz/operations', api_url: api },
        timeoutMs: 150_000,
      })
      expect([signal, reports[0]?.status]).toEqual([null, 'critical'])
      expect(stdout).not.toContain('a bug of Ronde')
      expect([0, 1]).toContain(exitCode)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  },
  180_000,
)
