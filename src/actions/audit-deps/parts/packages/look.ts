import type { Context } from '../../../../contract/context.ts'
import { readerOf } from '../../../../domain/packages/readers.ts'
import { pathMatcher } from '../../../../probes/files/path-pattern.ts'
import { filesInTree } from '../../../../probes/files/tree.ts'
import { readWorkspaceBytes } from '../../../../tools/workspace-file.ts'
import type { FileTrouble, ReadBytes } from './gather.ts'

/** Neither audited nor gone into, unless a pattern is given. */
const skipped: ReadonlySet<string> = new Set(['node_modules', 'vendor', '.git', '.venv', 'dist'])

/** Of a folder, whether nobody goes into it. */
export const isSkipped = (path: string): boolean => skipped.has(basenameOf(path))

/** A lockfile of 50,000 packages has some 20 MB. */
const maxBytes = 64 * 1024 * 1024

const basenameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Whether a path is a lockfile that is to be audited, by the patterns or, without any, by the folders that are not gone into. */
export const isWanted = (patterns: readonly string[]): ((path: string) => boolean) => {
  const matchers = patterns.map(pathMatcher)
  return (path) => {
    if (readerOf(path) === undefined) return false
    const folders = path.split('/').slice(0, -1)
    return matchers.length === 0 ? !folders.some((name) => skipped.has(name)) : matchers.some((matches) => matches(path))
  }
}

export type FoundFiles = { readonly paths: readonly string[]; readonly troubles: readonly FileTrouble[] }

const trouble = (path: string, cause: string): FileTrouble => ({ path, line: 1, cause })

/** The lockfiles of the workspace: all, or those that the patterns mean. */
export const findFiles = async (
  patterns: readonly string[],
  { workspace, signal }: Pick<Context, 'workspace' | 'signal'>,
): Promise<FoundFiles> => {
  const matchers = patterns.map((pattern) => ({ pattern, matches: pathMatcher(pattern) }))
  const tree = await filesInTree(workspace, {
    isFile: isWanted(patterns),
    isFolder: (path) => basenameOf(path) !== '.git' && (matchers.length > 0 || !isSkipped(path)),
    signal,
  })
  const missed = matchers.filter(({ matches }) => ![...tree.files, ...tree.links].some(matches))
  return {
    paths: tree.files,
    troubles: [
      ...missed.map(({ pattern }) => trouble(pattern, 'no lockfile that is known matches it')),
      ...tree.links.map((path) => trouble(path, 'it is a symbolic link, which is not followed')),
      ...tree.closed.map((path) => trouble(path, 'the folder cannot be listed')),
      ...(tree.cut ? [trouble('.', 'the tree is larger than what is looked at: name the files in `paths`')] : []),
    ],
  }
}

/** Reads a file of the workspace, links on the way refused. */
export const createReadBytes =
  (workspace: string): ReadBytes =>
  async (path) => {
    const read = await readWorkspaceBytes(workspace, path, maxBytes)
    if (read.kind === 'bytes') return { bytes: read.bytes }
    return { cause: read.kind === 'absent' ? 'it is not there' : read.cause }
  }
