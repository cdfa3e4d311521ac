import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { othersInGroup } from './group-members.ts'
import { askNow } from './process/now.ts'

/** Why somebody else could put something of theirs in the place of what lies in a folder: the component at fault, and why. */
export type FolderFault = { readonly path: string; readonly reason: string; readonly uid?: number }

/** As many as Linux follows. */
const mostLinks = 40
const everybodyWrites = 0o002
const groupWrites = 0o020
const sticky = 0o1000

/** Where root has no number of its own: what belongs to nobody we know is root's in these places only, which every system has. */
const unmapped = 65_534
const systemFolders: ReadonlySet<string> = new Set(
  [
    '',
    'etc',
    'home',
    'media',
    'mnt',
    'opt',
    'run',
    'run/user',
    'srv',
    'tmp',
    'usr',
    'usr/local',
    'var',
    'var/lib',
    'var/log',
    'var/tmp',
  ].map((name) => `/${name}`),
)

const ownerFault = (path: string, { uid }: Stats, trusted: ReadonlySet<number>): FolderFault | undefined => {
  if (trusted.has(uid)) return undefined
  const isRoots = uid === unmapped && systemFolders.has(path) && lstatSync('/').uid === unmapped
  return isRoots ? undefined : { path, reason: `belongs to uid ${uid}`, uid }
}

/** A named user of an access list can do no more than the bits of the group let pass; `ls` marks such a list with a plus. */
const hasAccessList = (path: string): boolean => askNow('ls', ['-ld', '--', path])?.[10] === '+'

const groupFault = (path: string, { gid }: Stats, trusted: ReadonlySet<number>): FolderFault | undefined => {
  const others = othersInGroup(gid, trusted)
  if (others === 'unknown') return { path, reason: `the group ${gid} can write here, and who is in it is not known` }
  const [first] = others
  if (first !== undefined) return { path, reason: `the group ${gid} can write here, and ${first} is in it` }
  return hasAccessList(path) ? { path, reason: 'an access list (ACL) lets others write here' } : undefined
}

/** Whether others can write into one folder; where it is sticky they cannot rename what is not theirs. */
export const writableByOthers = (path: string, stats: Stats, trusted: ReadonlySet<number>): FolderFault | undefined => {
  if ((stats.mode & everybodyWrites) !== 0) return { path, reason: 'everybody can write here' }
  return (stats.mode & groupWrites) === 0 ? undefined : groupFault(path, stats, trusted)
}

/** This user, root, and whoever else is named. */
export const trustedUsers = (...others: readonly number[]): ReadonlySet<number> => new Set([0, process.getuid?.() ?? 0, ...others])

const componentsOf = (path: string): readonly string[] => path.split('/').filter((name) => name !== '' && name !== '.')

const componentFault = (path: string, stats: Stats, trusted: ReadonlySet<number>): FolderFault | undefined =>
  ownerFault(path, stats, trusted) ??
  (stats.isFile() || (stats.isDirectory() && (stats.mode & sticky) === 0) ? writableByOthers(path, stats, trusted) : undefined)

/**
 * Looks at every component of an absolute path, links and what they lead to included; a file at its end too. `absent`: what is there is in order, and the rest is to
 * be made. Throws what the system says of a component that cannot be looked at.
 */
export const folderFault = (directory: string, trusted: ReadonlySet<number> = trustedUsers()): FolderFault | 'absent' | undefined => {
  // Where users have no numbers (Windows) there is nothing to compare.
  if (process.getuid === undefined) return undefined
  let [at, left, links] = ['/', componentsOf(resolve(directory)), 0]
  let fault = componentFault(at, lstatSync(at), trusted)
  while (fault === undefined) {
    const [name, ...rest] = left
    if (name === undefined) return undefined
    const here = join(at, name)
    const stats = lstatSync(here, { throwIfNoEntry: false })
    if (stats === undefined) return 'absent'
    fault = componentFault(here, stats, trusted)
    if (stats.isSymbolicLink()) {
      links += 1
      if (links > mostLinks) return { path: here, reason: 'is one of too many links' }
      const target = readlinkSync(here)
      at = target.startsWith('/') ? '/' : dirname(here)
      left = [...componentsOf(target), ...rest]
    } else {
      at = here
      left = rest
    }
  }
  return fault
}
