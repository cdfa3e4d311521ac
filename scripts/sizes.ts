/** The promised sizes: `dist` <= 6 MB, and the archive that every job downloads <= 5 MB. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './program.ts'

const megabyte = 1_000_000
const limits = { dist: 6 * megabyte, archive: 5 * megabyte }

const distBytes = readdirSync('dist', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

let archiveBytes = 0
const count = (data: Buffer): void => {
  archiveBytes += data.byteLength
}
const archive = await ask('git', ['archive', '--worktree-attributes', '--format=tar.gz', 'HEAD'], { stdout: count })
if (archive.exitCode !== 0) throw new Error(`git archive failed: ${archive.stderr}`)

for (const [name, bytes] of Object.entries({ dist: distBytes, archive: archiveBytes })) {
  const limit = limits[name as keyof typeof limits]
  console.log(`${name}: ${(bytes / megabyte).toFixed(2)} MB (limit ${limit / megabyte} MB)`)
  if (bytes > limit) process.exitCode = 1
}
