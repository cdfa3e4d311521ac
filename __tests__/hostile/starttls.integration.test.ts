import { expect, test } from '@jest/globals'
import { startTlsPorts } from '../../src/probes/tls/starttls-steps.ts'
import { drip, flood, say, sayAndEnd, startHostile } from '../support/hostile-server.ts'
import { runRonde } from '../support/ronde.ts'

const der = Buffer.from('3084ffffffff', 'hex')
const acts = [
  ['lines of a reply without end', flood('220-x\r\n'.repeat(500))],
  ['a line without end', flood('x'.repeat(4_096), '220 ')],
  ['zeros without end', flood(Buffer.alloc(4_096))],
  ['a reply byte by byte', drip('220-\r\n'.repeat(2_000))],
  ['a length beyond everything', say(Buffer.concat([der, Buffer.alloc(100)]))],
  ['a TLS record without end', flood(Buffer.from('1603034000'.padEnd(32_000, '0'), 'hex'))],
  ['nothing', () => {}],
  ['an end', sayAndEnd('')],
] as const

test('a server that does its worst before TLS is told in every protocol, and the next one too', async () => {
  await using stack = new AsyncDisposableStack()
  const protocols = [undefined, ...(Object.keys(startTlsPorts) as (keyof typeof startTlsPorts)[])]
  const endpoints: string[] = []
  for (const one of protocols)
    for (const [, act] of acts) {
      const { port } = stack.use(await startHostile(act, 'at once'))
      endpoints.push(`127.0.0.1:${port}${one === undefined ? '' : `?starttls=${one}`}`)
    }
  const { findings, signal, reports, log } = await runRonde('cert-check', {
    files: { '.github/ronde.yml': `cert-check:\n  timeout: 30s\n  endpoints: [${endpoints.map((one) => `"${one}"`).join(', ')}]\n` },
    timeoutMs: 120_000,
  })
  expect([signal, reports[0]?.status ?? log]).toEqual([null, 'critical'])
  const bad = findings.filter((one) => one.id === 'tls.reachable' && one.status === 'critical')
  expect(bad.length).toBe(endpoints.length)
}, 150_000)
