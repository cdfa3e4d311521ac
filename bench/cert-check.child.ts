/** What `bench/cert-check.ts` measures: the part `endpoints` of cert-check with the endpoints on standard input, in a process of its own. Prints JSON. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { options } from '../src/actions/cert-check/options.ts'
import { part } from '../src/actions/cert-check/parts/endpoints.ts'

const [caFile = ''] = process.argv.slice(2)
const given = z.strictObject(options).parse({ endpoints: readFileSync(0, 'utf8').trim().split('\n'), 'ca-file': caFile })
const context = { signal: AbortSignal.timeout(120_000), now: Date.now }
const startedAt = performance.now()
const { findings, certificates } = await part.run({ ...given, compose: {} } as never, context as never, Date.now())
const wallMs = performance.now() - startedAt
const { user, system } = process.cpuUsage()
console.log(
  JSON.stringify({
    wallMs,
    cpuMs: (user + system) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    subjects: new Set(findings.map((one) => one.subject)).size,
    certificates: certificates.length,
    notOk: new Set(findings.filter((one) => one.status !== 'ok').map((one) => one.subject)).size,
  }),
)
// A deadline that did not come must not be waited for.
process.exit()
