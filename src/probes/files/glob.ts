import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nameMatcher } from './name-pattern.ts'

/** The paths that a pattern matches, sorted; what could not be listed on the way, and whether there were more than the bound. */
export type Matches = {
  readonly paths: readonly string[]
  /** Folders that this user may not list, so that what they hold is not known. */
  readonly closed: readonly string[]
  readonly cut: boolean
}

const mostPaths = 200
const mostNames = 10_000
const special = /[*?[]/

type Level = { readonly paths: readonly string[]; readonly closed: readonly string[] }

const listed = async (folder: string, matches: ReturnType<typeof nameMatcher>): Promise<Level> => {
  try {
    const names = (await readdir(folder)).slice(0, mostNames)
    return { paths: names.filter((name) => matches(name)).map((name) => join(folder, name)), closed: [] }
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined
    // A name that is no folder, or that went away, matches nothing below it.
    return { paths: [], closed: code === 'EACCES' || code === 'EPERM' ? [folder] : [] }
  }
}

/** A fixed name after a `*` is there, is not there, or stands in a folder that may not be entered. */
const existing = async (path: string, folder: string): Promise<Level> => {
  try {
    await lstat(path)
    return { paths: [path], closed: [] }
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? error.code : undefined
    return { paths: [], closed: code === 'EACCES' ? [folder] : [] }
  }
}

const step = async (folders: readonly string[], name: string, wild: boolean): Promise<Level> => {
  if (special.test(name)) {
    const matcher = nameMatcher(name)
    const levels = await Promise.all(folders.map((folder) => listed(folder, matcher)))
    return { paths: levels.flatMap((one) => one.paths), closed: levels.flatMap((one) => one.closed) }
  }
  if (!wild) return { paths: folders.map((folder) => join(folder, name)), closed: [] }
  const levels = await Promise.all(folders.map((folder) => existing(join(folder, name), folder)))
  return { paths: levels.flatMap((one) => one.paths), closed: levels.flatMap((one) => one.closed) }
}

/** Expands an absolute pattern. One without `*`, `?` or `[` is given back as it is, whether or not anything stands there. */
export const expandPattern = async (pattern: string): Promise<Matches> => {
  const names = pattern.split('/').filter((name) => name !== '')
  let paths: readonly string[] = ['/']
  const closed: string[] = []
  let [wild, cut] = [false, false]
  for (const name of names) {
    const level = await step(paths, name, wild)
    wild ||= special.test(name)
    cut ||= level.paths.length > mostPaths
    paths = level.paths.toSorted().slice(0, mostPaths)
    closed.push(...level.closed)
  }
  return { paths, closed, cut }
}
