/** The promised sizes: `dist` <= 6 MB, and the archive that every job downloads <= 5 MB. */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const megabyte = 1_000_000
const limits = { dist: 6 * megabyte, archive: 5 * megabyte }

const distBytes = readdirSync('dist', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

const archive = spawnSync('git', ['archive', '--worktree-attributes', '--format=tar.gz', 'HEAD'], { maxBuffer: 200 * megabyte })
if (archive.status !== 0) throw new Error(`git archive failed: ${archive.stderr.toString()}`)

for (const [name, bytes] of Object.entries({ dist: distBytes, archive: archive.stdout.byteLength })) {
  const limit = limits[name as keyof typeof limits]
  console.log(`${name}: ${(bytes / megabyte).toFixed(2)} MB (limit ${limit / megabyte} MB)`)
  if (bytes > limit) process.exitCode = 1
}
