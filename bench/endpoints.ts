/** A thousand HTTP checks on loopback in one process of ours, beside one process each of check_http and curl in the same run; slow and hanging ones. */
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { claim, median } from './measure.ts'

type Ran = {
  readonly wallMs: number
  readonly checksCpuMs: number
  readonly processCpuMs: number
  readonly peakMb: number
  readonly subjects: number
  readonly notOk: number
}

const checks = 1_000
const peerRuns = 200
const rounds = 5

const portOf = async (server: ChildProcess): Promise<number> => {
  if (server.stdout === null) throw new Error('the server has no output')
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  return Number(line.toString())
}

/** CPU of one program started again and again by a shell, in ms a start: the shell's own `times` counts its children. */
const cpuOfEach = (program: string, args: readonly string[]): number => {
  const loop = `i=0; while [ $i -lt ${peerRuns} ]; do "$@" >/dev/null || exit 1; i=$((i+1)); done; times`
  const { status, stdout } = spawnSync('sh', ['-c', loop, 'sh', program, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed`)
  const children = stdout.trim().split('\n').at(-1) ?? ''
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
  return (seconds.reduce((sum, one) => sum + one, 0) * 1000) / peerRuns
}

const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
const bundle = join(folder, 'child.mjs')
// As in dist: bundled and minified, for Node would otherwise count the removal of types.
await build({
  entryPoints: ['bench/endpoints.child.ts'],
  outfile: bundle,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
})
const server = fork('bench/endpoints.server.child.ts', { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
const origin = `http://127.0.0.1:${await portOf(server)}`
const ours = (path: string, count: number, deadlineMs = 60_000): Ran =>
  JSON.parse(execFileSync(process.execPath, [bundle, `${origin}${path}`, String(count), String(deadlineMs)], { encoding: 'utf8' })) as Ran

const peers = [
  {
    name: 'check_http',
    program: '/usr/lib/nagios/plugins/check_http',
    args: ['-I', '127.0.0.1', '-p', new URL(origin).port, '-u', '/fast'],
  },
  { name: 'curl', program: '/usr/bin/curl', args: ['-s', '-f', `${origin}/fast`] },
]

try {
  const ran: Ran[] = []
  const each = new Map<string, number[]>()
  for (let round = 0; round < rounds; round += 1) {
    ran.push(ours('/fast', checks))
    for (const { name, program, args } of peers.filter((one) => existsSync(one.program)))
      each.set(name, [...(each.get(name) ?? []), cpuOfEach(program, args)])
  }
  if (ran.some((one) => one.notOk > 0 || one.subjects !== checks)) throw new Error('not every check was ok')
  const own = median(ran.map((one) => one.processCpuMs / checks))
  console.log(`CPU a check, median of ${rounds} rounds`)
  console.log(
    `  ronde       ${own.toFixed(2)} ms (${checks} in one process, its start included; ${median(ran.map((one) => one.checksCpuMs / checks)).toFixed(2)} ms without)`,
  )
  for (const { name } of peers) {
    const cost = each.get(name)
    console.log(
      `  ${name.padEnd(10)}  ${cost === undefined ? 'not installed' : `${median(cost).toFixed(2)} ms (${(median(cost) / own).toFixed(1)}x; ${peerRuns} processes)`}`,
    )
  }
  claim('CPU of one of 1,000 HTTP checks', own, 0.6, 'ms')
  claim('peak memory of 1,000 HTTP checks', median(ran.map((one) => one.peakMb)), 90, 'MB')
  claim('100 endpoints that take 200 ms each', median(Array.from({ length: 3 }, () => ours('/slow', 100).wallMs)), 600, 'ms')
  const hung = ours('/hang', 10, 2_000)
  if (hung.notOk !== 10) throw new Error('not every hanging endpoint has its own finding')
  claim('ten endpoints that hang, deadline of 2 s', hung.wallMs, 2_200, 'ms')
} finally {
  server.disconnect()
  rmSync(folder, { recursive: true, force: true })
}
