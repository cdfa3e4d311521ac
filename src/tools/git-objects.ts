import { dirname } from 'node:path'
import type { RunProgram } from '../contract/process.ts'

/** A file as a commit has it. `refused`: git could not say, in words. */
export type GitFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly cause: string }

export type GitBytes = Exclude<GitFile, { kind: 'text' }> | { readonly kind: 'bytes'; readonly bytes: Buffer }

/** Commits of a checkout, read without checking anything out. */
export type GitObjects = {
  /** False where the clone is too shallow, or there is none. */
  readonly hasCommit: (revision: string) => Promise<boolean>
  readonly readFile: (revision: string, path: string) => Promise<GitFile>
  /** The same for files whose encoding is not known. */
  readonly readBytes: (revision: string, path: string) => Promise<GitBytes>
  /** All paths of a commit; undefined where git could not say. */
  readonly listFiles: (revision: string) => Promise<readonly string[] | undefined>
}

export type GitAccess = { readonly run: RunProgram; readonly workspace: string; readonly signal: AbortSignal }

/** No hook, no monitor, no filter of the checkout runs: it may be anybody's. */
const safely = (workspace: string): readonly string[] =>
  [
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.quotePath=false',
    'safe.bareRepository=explicit',
    `safe.directory=${workspace}`,
  ].flatMap((one) => ['-c', one])

/** Nothing is fetched, by no way; no object stands for another; and no repository around or inside of the checkout is taken for it. */
const closed = (workspace: string): Readonly<Record<string, string>> => ({
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_CEILING_DIRECTORIES: dirname(workspace),
})

const timeoutMs = 30_000
const maxBytes = 64 * 1024 * 1024
/** The name of a branch, a tag or a commit; never an option, never a range. */
const revisionShape = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/

export const createGitObjects = ({ run, workspace, signal }: GitAccess): GitObjects => {
  const asks = async (args: readonly string[], encoding: 'utf8' | 'latin1' = 'utf8'): Promise<string | undefined> => {
    const options = { timeoutMs, signal, maxBytes, encoding, environment: closed(workspace) }
    const ended = await run('git', ['-C', workspace, ...safely(workspace), ...args], options)
    return ended.ended === 'exit' && ended.exitCode === 0 && !ended.truncated ? ended.stdout : undefined
  }
  const readBytes = async (revision: string, path: string): Promise<GitBytes> => {
    const kind = await asks(['ls-tree', '-z', '--full-tree', '--format=%(objectmode) %(objectsize)', revision, '--', path])
    if (kind === undefined) return { kind: 'refused', cause: 'git cannot read that commit' }
    if (kind === '') return { kind: 'absent' }
    if (!kind.startsWith('100')) return { kind: 'refused', cause: 'it is no plain file there' }
    const content = await asks(['cat-file', 'blob', `${revision}:${path}`], 'latin1')
    if (content === undefined) return { kind: 'refused', cause: 'git cannot read it, or it is too large' }
    return { kind: 'bytes', bytes: Buffer.from(content, 'latin1') }
  }
  return {
    hasCommit: async (revision) => revisionShape.test(revision) && (await asks(['cat-file', '-e', `${revision}^{commit}`])) !== undefined,
    listFiles: async (revision) => {
      const listed = await asks(['ls-tree', '-r', '-z', '--name-only', '--full-tree', revision])
      return listed?.split('\0').filter((path) => path !== '')
    },
    readBytes,
    readFile: async (revision, path) => {
      const read = await readBytes(revision, path)
      return read.kind === 'bytes' ? { kind: 'text', text: read.bytes.toString('utf8') } : read
    },
  }
}
