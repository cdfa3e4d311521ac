import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a tree that were looked for, relative to its root with `/`, sorted. */
export type TreeFiles = {
  readonly files: readonly string[]
  /** Links of a name that was looked for: none is followed. */
  readonly links: readonly string[]
  /** Folders that could not be listed. */
  readonly closed: readonly string[]
  /** There was more than is looked at. */
  readonly cut: boolean
}

export type TreeWanted = {
  readonly isFile: (path: string) => boolean
  /** Whether to go into a folder, by its path. */
  readonly isFolder: (path: string) => boolean
  readonly signal: AbortSignal
}

const mostNames = 500_000
const deepest = 40

const listed = async (root: string, folder: string): Promise<readonly Dirent[] | undefined> => {
  try {
    return await readdir(join(root, folder), { withFileTypes: true })
  } catch {
    // Not to be listed, or gone meanwhile: told as closed.
    return undefined
  }
}

const pathIn = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)

type Found = { files: string[]; links: string[]; closed: string[]; names: number }

/** One folder; gives those below it. */
const look = async (root: string, folder: string, wanted: TreeWanted, found: Found): Promise<readonly string[]> => {
  const entries = await listed(root, folder)
  if (entries === undefined) found.closed.push(folder === '' ? '.' : folder)
  const below: string[] = []
  for (const entry of entries ?? []) {
    const path = pathIn(folder, entry.name)
    found.names += 1
    if (entry.isDirectory()) {
      if (wanted.isFolder(path)) below.push(path)
    } else if (wanted.isFile(path)) {
      if (entry.isFile()) found.files.push(path)
      if (entry.isSymbolicLink()) found.links.push(path)
    }
  }
  return below
}

/** Finds files below a folder without following links, so that no name leads out of it. Bounded in names and depth. */
export const filesInTree = async (root: string, wanted: TreeWanted): Promise<TreeFiles> => {
  const found: Found = { files: [], links: [], closed: [], names: 0 }
  let level: readonly string[] = ['']
  for (let depth = 0; level.length > 0 && depth <= deepest && found.names <= mostNames; depth += 1) {
    wanted.signal.throwIfAborted()
    const next: string[] = []
    for (const folder of level) {
      if (found.names > mostNames) break
      for (const path of await look(root, folder, wanted, found)) next.push(path)
    }
    level = next
  }
  const { files, links, closed, names } = found
  return { files: files.toSorted(), links: links.toSorted(), closed, cut: level.length > 0 || names > mostNames }
}
