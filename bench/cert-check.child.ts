/** What `bench/cert-check.ts` measures: the part `endpoints` of cert-check with the endpoints on standard input and the script of its looker, each in a process of its own. Prints JSON. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { options } from '../src/actions/cert-check/options.ts'
import { part } from '../src/actions/cert-check/parts/endpoints/part.ts'
import { lookerProgram } from '../src/runtime/looker-program.ts'
import { createIsolation } from '../src/tools/isolation/isolation.ts'
import { createPrograms } from '../src/tools/process/programs.ts'

/** CPU in ms and peak memory in MB of the processes that this one started, as the kernel counts them. */
const costOfChildren = (): { readonly cpuMs: number; readonly peakMb: number } => {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  const each = pids.map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const [, peakKb = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    // In ticks of 10 ms, behind 11 other fields.
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, peakMb: Number(peakKb) / 1024 }
  })
  return { cpuMs: each.reduce((sum, one) => sum + one.cpuMs, 0), peakMb: Math.max(0, ...each.map((one) => one.peakMb)) }
}

const [caFile = '', script = ''] = process.argv.slice(2)
const given = z.strictObject(options).parse({ endpoints: readFileSync(0, 'utf8').trim().split('\n'), 'ca-file': caFile })
const signal = AbortSignal.timeout(120_000)
const program = lookerProgram(script, process.env)
const { isolate } = createIsolation({ program, run: createPrograms({ environment: process.env }).run, signal })
const startedAt = performance.now()
const { findings, certificates } = await part.run(
  { ...given, compose: {} } as never,
  { signal, now: Date.now, isolate } as never,
  Date.now(),
)
const wallMs = performance.now() - startedAt
const { user, system } = process.cpuUsage()
const children = costOfChildren()
const ownPeakMb = process.resourceUsage().maxRSS / 1024
console.log(
  JSON.stringify({
    wallMs,
    cpuMs: (user + system) / 1000 + children.cpuMs,
    peakMb: Math.max(ownPeakMb, children.peakMb),
    ownPeakMb,
    subjects: new Set(findings.map((one) => one.subject)).size,
    certificates: certificates.length,
    notOk: new Set(findings.filter((one) => one.status !== 'ok').map((one) => one.subject)).size,
  }),
)
// A deadline that did not come must not be waited for.
process.exit()
