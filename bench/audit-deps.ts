/** 2,000 packages of an npm lockfile, 100 of them vulnerable, against a stand-in of OSV that takes 100 ms for each answer; cold, with what the run before kept, and offline. Then how long lockfiles of 50,000 packages take. */
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { largeLockfiles } from './audit-deps.lockfiles.ts'
import { claim, median } from './measure.ts'

const packageCount = 2_000
const rounds = 3
const vulnerable = 100

const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
const workspace = join(folder, 'workspace')
mkdirSync(workspace)
const places = Array.from({ length: packageCount }, (_, index) => [`node_modules/package-${index}`, { version: '1.0.0' }])
writeFileSync(join(workspace, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(places) }, null, 2))
writeFileSync(join(folder, 'entry.ts'), `import { main } from '${process.cwd()}/src/index.ts'\nawait main('audit-deps')\n`)
await build({
  // What speaks with the network is a process of its own.
  entryPoints: { entry: join(folder, 'entry.ts'), looker: 'src/looker.ts' },
  outdir: join(folder, 'dist'),
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  nodePaths: [join(process.cwd(), 'node_modules')],
  mainFields: ['module', 'main'],
  banner: { js: "import { createRequire } from 'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'error',
})
writeFileSync(join(folder, 'dist/package.json'), '{ "type": "module" }\n')
const server = fork('bench/audit-deps.server.child.ts', [], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
const [line] = (await once(server.stdout ?? server, 'data')) as [Buffer]
const origin = `http://127.0.0.1:${line.toString().trim()}`

const asked = async (): Promise<number> => {
  const answer = once(server, 'message')
  server.send('how many')
  const [count] = await answer
  return Number(count)
}

/** Of this process alone: other work on the machine does not count. */
const cpuSeconds = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const peakFile = join(folder, 'peak')

/** One run of the whole process. `time` writes its peak of memory where the program itself writes nothing. */
const run = async (stateHome: string, more: Readonly<Record<string, string>> = {}) => {
  const startedAt = performance.now()
  execFileSync('/usr/bin/time', ['-f', '%M', '-o', peakFile, process.execPath, join(folder, 'dist/entry.js')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      GITHUB_WORKSPACE: workspace,
      XDG_STATE_HOME: stateHome,
      INPUT_SERVER: 'bench',
      'INPUT_FAIL-ON': 'never',
      'INPUT_REPORT-FILE': join(folder, 'report.json'),
      'INPUT_OSV-URL': origin,
      'INPUT_KEV-URL': `${origin}/kev`,
      'INPUT_EPSS-URL': `${origin}/epss`,
      ...more,
    },
    stdio: 'ignore',
    cwd: workspace,
  })
  const wallMs = performance.now() - startedAt
  return { wallMs, peakMb: Number(readFileSync(peakFile, 'utf8')) / 1_024, requests: await asked() }
}

const found = (): number => JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).facts.vulnerabilities.length

try {
  const cold: Awaited<ReturnType<typeof run>>[] = []
  for (let round = 0; round < rounds; round += 1) cold.push(await run(join(folder, `cold-${round}`)))
  if (found() !== vulnerable) throw new Error(`found ${found()} vulnerabilities, not ${vulnerable}`)
  const warm = await run(join(folder, 'cold-0'))
  const offline = { INPUT_OFFLINE: 'true', 'INPUT_OSV-ZIP-URL': `${origin}/zips` }
  await run(join(folder, 'offline'), offline)
  const again = await run(join(folder, 'offline'), offline)
  if (found() !== vulnerable) throw new Error(`offline ${found()} vulnerabilities, not ${vulnerable}`)
  claim('cold, wall time', median(cold.map(({ wallMs }) => wallMs)) / 1_000, 2, 's')
  // OSV's requests, and one of CISA's feed; no CVE was named, so none of EPSS.
  claim('cold, requests', cold[0]?.requests ?? Number.NaN, Math.ceil(packageCount / 1_000) + vulnerable, 'requests')
  claim('warm, requests', warm.requests, Math.ceil(packageCount / 1_000), 'requests')
  claim('offline with what is kept, requests', again.requests, 0, 'requests')
  claim('offline with what is kept, wall time', again.wallMs / 1_000, 2, 's')
  for (const { name, read, text } of largeLockfiles(50_000))
    claim(
      `${name} of 50,000 packages, read`,
      cpuSeconds(() => read(text)),
      1,
      's',
    )
  claim('cold, peak of memory', median(cold.map(({ peakMb }) => peakMb)), 150, 'MB')
} finally {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
}
