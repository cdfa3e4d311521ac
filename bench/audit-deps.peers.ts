/** What others need for the same 2,000 packages and the same stand-in at 100 ms a request: `npm audit`, and `pip-audit` where it is on PATH (200 packages, for it asks for one after the other). */
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
const server = fork('bench/audit-deps.server.child.ts', [], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
const [line] = (await once(server.stdout ?? server, 'data')) as [Buffer]
const origin = `http://127.0.0.1:${line.toString().trim()}`

const asked = async (): Promise<number> => {
  const answer = once(server, 'message')
  server.send('how many')
  const [count] = await answer
  return Number(count)
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `package-${index}`)

const writeNpm = (workspace: string, count: number): void => {
  const dependencies = Object.fromEntries(names(count).map((name) => [name, '1.0.0']))
  const places = names(count).map((name) => [`node_modules/${name}`, { version: '1.0.0' }])
  writeFileSync(join(workspace, 'package.json'), JSON.stringify({ name: 'bench', version: '1.0.0', dependencies }))
  const packages = { '': { name: 'bench', version: '1.0.0', dependencies }, ...Object.fromEntries(places) }
  writeFileSync(
    join(workspace, 'package-lock.json'),
    JSON.stringify({ name: 'bench', version: '1.0.0', lockfileVersion: 3, packages }, null, 2),
  )
}

/** Both end with 1 where they found something. */
const measure = async (name: string, count: number, program: string, args: readonly string[]): Promise<void> => {
  const workspace = join(folder, name)
  mkdirSync(workspace)
  writeNpm(workspace, count)
  writeFileSync(
    join(workspace, 'requirements.txt'),
    names(count)
      .map((one) => `${one}==1.0.0\n`)
      .join(''),
  )
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(program, args, {
    cwd: workspace,
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
    maxBuffer: 2 ** 28,
  })
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  if (status === 0 || status === 1) console.log(`${name}, ${count} packages: ${seconds} s, ${await asked()} requests`)
  else console.log(`${name} could not be run here: ${stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? 'no such program'}`)
}

try {
  await measure('npm audit', 2_000, 'npm', ['audit', '--registry', origin, '--json', '--fetch-retries=0'])
  const pip = ['--disable-pip', '--no-deps', '--vulnerability-service', 'osv', '--osv-url', `${origin}/v1/query`, '-r', 'requirements.txt']
  await measure('pip-audit', 200, 'pip-audit', [...pip, '--progress-spinner', 'off'])
} finally {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
}
