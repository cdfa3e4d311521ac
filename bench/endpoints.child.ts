/** What `bench/endpoints.ts` measures: the check `endpoints` with COUNT URLs below BASE and a deadline, in a process of its own. Prints JSON. */
import { z } from 'zod'
import { part } from '../src/actions/health-check/parts/endpoints/part.ts'

const [base = '', count = '1', deadlineMs = '60000'] = process.argv.slice(2)
const urls = Array.from({ length: Number(count) }, (_, index) => `${base}${index}`)
const options = z.object(part.options).parse({ endpoints: urls })
/** Plain endpoints ask no other process. */
const isolate = () => () => Promise.reject(new Error('only TLS is looked at by another process'))
const context = { signal: AbortSignal.timeout(Number(deadlineMs)), now: Date.now, isolate }
const before = process.cpuUsage()
const startedAt = performance.now()
const { findings } = await part.run({ ...options, compose: {}, database: {}, thresholds: {} } as never, context as never, true)
const wallMs = performance.now() - startedAt
const whole = process.cpuUsage()
const own = process.cpuUsage(before)
console.log(
  JSON.stringify({
    wallMs,
    checksCpuMs: (own.user + own.system) / 1000,
    processCpuMs: (whole.user + whole.system) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    subjects: new Set(findings.map((one) => one.subject)).size,
    notOk: new Set(findings.filter((one) => one.status !== 'ok').map((one) => one.subject)).size,
  }),
)
// A deadline that did not come must not be waited for.
process.exit()
