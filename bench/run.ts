/** `npm run bench`: every benchmark of this folder, one after the other; `npm run bench -- startup` runs one. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

const helpers = new Set(['run.ts', 'measure.ts', 'audit-deps.lockfiles.ts'])
const all = readdirSync('bench').filter((name) => name.endsWith('.ts') && !helpers.has(name) && !name.includes('.child.'))
const wanted = process.argv.slice(2)
const chosen = wanted.length === 0 ? all : all.filter((name) => wanted.includes(name.replace('.ts', '')))
if (chosen.length === 0) {
  console.error(`no such benchmark; there are: ${all.map((name) => name.replace('.ts', '')).join(', ')}`)
  process.exit(2)
}
const failed = chosen.filter((name) => {
  console.log(`\n== bench/${name}`)
  return spawnSync(process.execPath, [`bench/${name}`], { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0
})
process.exitCode = failed.length > 0 ? 1 : 0
