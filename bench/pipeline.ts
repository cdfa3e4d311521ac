/** 4 GiB through a pipeline of three programs, beside the same pipeline of a shell; and the memory that it takes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { claim } from './measure.ts'

const run = (program: string, args: readonly string[]): { ms: number; stdout: string } => {
  const startedAt = performance.now()
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}`)
  return { ms: performance.now() - startedAt, stdout }
}

const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
const bundle = join(folder, 'child.mjs')
// As in dist: bundled, for Node would otherwise count the removal of types.
await build({ entryPoints: ['bench/pipeline.child.ts'], outfile: bundle, bundle: true, minify: true, platform: 'node', format: 'esm' })
const [straight, taken] = [run(process.execPath, [bundle, 'descriptor']), run(process.execPath, [bundle, 'each'])]
const shell = run('sh', ['-c', 'head -c 4294967296 /dev/zero | cat | cat >/dev/null'])
rmSync(folder, { recursive: true })
console.log(
  `4 GiB: ${(straight.ms / 1000).toFixed(2)} s; taken chunk by chunk ${(taken.ms / 1000).toFixed(2)} s; a shell ${(shell.ms / 1000).toFixed(2)} s`,
)
claim('time beside the pipeline of a shell', straight.ms / shell.ms, 2, 'x')
claim('peak memory, program to program', Number(straight.stdout), 100, 'MB')
claim('peak memory, taken chunk by chunk', Number(taken.stdout), 100, 'MB')
