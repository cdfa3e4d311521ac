import { constants } from 'node:fs'
import { glob, lstat, open, readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'

export const limits = { maxFiles: 2_000, maxFileBytes: 4 * 1024 * 1024, maxBytes: 256 * 1024 * 1024, maxDepth: 6 } as const

/** A file that may be a report: its text, or why it is not read. `name` is relative to the folder of the job. */
export type ReportFile = { readonly name: string } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly cause: string }
)

export type ReportFiles = {
  readonly files: readonly ReportFile[]
  /** Patterns and folders that name nothing. */
  readonly empty: readonly string[]
  /** There are more files than are read. */
  readonly isCut: boolean
}

const isPattern = (text: string): boolean => /[*?[{]/.test(text)

const codeOf = (error: unknown): string => (Error.isError(error) && 'code' in error ? String(error.code) : String(error))

/** All `.json` files below a folder, links not followed; sorted, so that two runs read the same. */
const below = async (folder: string, depth: number): Promise<readonly string[]> => {
  if (depth > limits.maxDepth) return []
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const found: string[] = []
  for (const entry of entries) {
    if (found.length > limits.maxFiles) break
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await below(path, depth + 1)))
    else if (entry.name.endsWith('.json')) found.push(path)
  }
  return found
}

const matching = async (pattern: string, cwd: string): Promise<readonly string[]> => {
  const found: string[] = []
  for await (const name of glob(pattern, { cwd })) {
    if (found.length > limits.maxFiles) break
    const path = resolve(cwd, name)
    if ((await lstat(path)).isDirectory()) found.push(...(await below(path, 1)))
    else found.push(path)
  }
  return found.toSorted()
}

const pathsOf = async (text: string, cwd: string): Promise<readonly string[]> => {
  if (isPattern(text)) return matching(text, cwd)
  const path = resolve(cwd, text)
  const stats = await lstat(path).catch((error: unknown) => {
    // Absent: told as a folder that names nothing. Anything else is a reason not to go on.
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (stats === undefined) return []
  return stats.isDirectory() ? below(path, 0) : [path]
}

const refused = (name: string, cause: string): ReportFile => ({ name, kind: 'refused', cause })

const readOne = async (path: string, name: string, leftBytes: number): Promise<ReportFile> => {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) return refused(name, 'is not a plain file')
      if (stats.size > limits.maxFileBytes) return refused(name, `has ${stats.size} bytes, more than ${limits.maxFileBytes}`)
      if (stats.size > leftBytes) return refused(name, `not read: all files together have more than ${limits.maxBytes} bytes`)
      // The size may change while it is read: no more than what was seen.
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(stats.size), position: 0 })
      return { name, kind: 'text', text: buffer.toString('utf8', 0, bytesRead) }
    } finally {
      await file.close()
    }
  } catch (error) {
    // A link, or a file of somebody else: told by its name, and the others are read.
    const code = codeOf(error)
    return refused(name, code === 'ELOOP' ? 'is a link' : `cannot be read (${code})`)
  }
}

/** The files that folders, names and patterns mean, bounded in number and size. */
export const readReportFiles = async (places: readonly string[], cwd: string, signal: AbortSignal): Promise<ReportFiles> => {
  const found = await Promise.all(places.map(async (place) => ({ place, paths: await pathsOf(place, cwd) })))
  const paths = [...new Set(found.flatMap((one) => one.paths))]
  const files: ReportFile[] = []
  let leftBytes: number = limits.maxBytes
  for (const path of paths.slice(0, limits.maxFiles)) {
    signal.throwIfAborted()
    const file = await readOne(path, relative(cwd, path), leftBytes)
    if (file.kind === 'text') leftBytes -= file.text.length
    files.push(file)
  }
  return { files, empty: found.filter((one) => one.paths.length === 0).map((one) => one.place), isCut: paths.length > limits.maxFiles }
}
