/** An entry of an archive as GNU tar lists it with `--verbose --full-time --numeric-owner --quoting-style=c`. */
export type ArchiveEntry = {
  /** tar's letter: `-` a file, `d` a folder, `l` a symbolic link, `h` a hard link, `c` and `b` devices, `p` a pipe. */
  readonly letter: string
  readonly bytes: number
  readonly name: string
  /** Where a link points; a hard link names another entry. */
  readonly target?: string
}

const line =
  /^(?<letter>.)[-rwxsStT]{9}[.+*]? +\d+\/\d+ +(?<bytes>\d+)(?:,\d+)? +[\d-]+ [\d:.]+ +"(?<name>(?:[^"\\]|\\.)*)"(?: (?:->|link to) "(?<target>(?:[^"\\]|\\.)*)")?$/

const plain: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v', '"': '"', '\\': '\\' }

/** Undoes C's notation. Bytes beyond ASCII stand as `\303\251`; they stay so, for they only have to be told apart. */
const unquoted = (text: string): string => text.replaceAll(/\\([ntrabfv"\\])/g, (_, one: string) => plain[one] ?? one)

/** Reads one line of a listing; undefined when it is none. */
export const archiveEntryOf = (text: string): ArchiveEntry | undefined => {
  const groups = line.exec(text)?.groups
  if (groups === undefined) return undefined
  const { letter = '', bytes = '0', name = '', target } = groups
  return { letter, bytes: Number(bytes), name: unquoted(name), ...(target === undefined ? {} : { target: unquoted(target) }) }
}

/**
 * Where a path leads from a folder of the archive, as the parts from its root; undefined when it is absolute or may climb above the root: `..`
 * counts only in front, for behind a name it is the parent of wherever that name leads.
 */
const partsInside = (path: string, from: readonly string[] = []): readonly string[] | undefined => {
  const steps = path.split('/').filter((one) => one !== '.' && one !== '')
  const up = steps.findIndex((one) => one !== '..')
  const [climbed, names] = up === -1 ? [steps.length, []] : [up, steps.slice(up)]
  if (path.startsWith('/') || climbed > from.length || names.includes('..')) return undefined
  return [...from.slice(0, from.length - climbed), ...names]
}

/** `links`: whether symbolic links that point out of the target are as they were (an archive of our own, by its signature) or refused. */
export type EntryRules = { readonly links: 'kept' | 'refused'; readonly mostEntries: number; readonly mostBytes: number }

const kinds = '-dlhp'

/** Judges the entries of an archive one after the other, before anything of it is extracted. Each answer is why it is refused, or undefined. */
export const createEntryGuard = ({ links, mostEntries, mostBytes }: EntryRules) => {
  const linked = new Set<string>()
  let entries = 0
  let bytes = 0
  const throughLink = (parts: readonly string[]): boolean =>
    parts.some((_, index) => index > 0 && linked.has(parts.slice(0, index).join('/')))
  const excess = (size: number): string | undefined => {
    entries += 1
    bytes += size
    if (entries > mostEntries) return `it has more than ${mostEntries} entries`
    return bytes > mostBytes ? `it holds more than ${mostBytes} bytes` : undefined
  }
  const leaves = ({ letter, target = '' }: ArchiveEntry, parts: readonly string[]): boolean => {
    if (letter === 'l') return links === 'refused' && partsInside(target, parts.slice(0, -1)) === undefined
    const named = letter === 'h' ? partsInside(target) : []
    return named === undefined || throughLink([...named, ''])
  }
  return (entry: ArchiveEntry): string | undefined => {
    const tooMuch = excess(entry.bytes)
    if (tooMuch !== undefined) return tooMuch
    if (!kinds.includes(entry.letter)) return `${JSON.stringify(entry.name)} is a device or of an unknown kind`
    const parts = partsInside(entry.name)
    if (parts === undefined) return `${JSON.stringify(entry.name)} is outside of the archive's own folder`
    if (throughLink(parts)) return `${JSON.stringify(entry.name)} goes through a link`
    if (entry.letter === 'l') linked.add(parts.join('/'))
    return leaves(entry, parts) ? `${JSON.stringify(entry.name)} is a link that leaves the archive's own folder` : undefined
  }
}
