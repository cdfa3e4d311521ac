import { spawnSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files by their path; null takes one away. */
export type TreeChange = Readonly<Record<string, string | Buffer | null>>

const git = (folder: string, args: readonly string[]): string => {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false', '-c', 'init.defaultBranch=main']
  const { status, stdout, stderr } = spawnSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

const change = async (folder: string, files: TreeChange): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) await rm(join(folder, path))
    else {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
  }
}

/** A real repository with two commits, the second checked out; gives both. */
export const twoCommits = async (folder: string, before: TreeChange, after: TreeChange): Promise<{ base: string; head: string }> => {
  git(folder, ['init', '-q'])
  const commit = (message: string): string => {
    git(folder, ['add', '-A'])
    git(folder, ['commit', '-q', '--allow-empty', '-m', message])
    return git(folder, ['rev-parse', 'HEAD'])
  }
  await change(folder, before)
  const base = commit('base')
  await change(folder, after)
  return { base, head: commit('head') }
}
