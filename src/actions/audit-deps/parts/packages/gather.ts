import { posix } from 'node:path'
import { canonicalName, rulesOf } from '../../../../domain/packages/ecosystem.ts'
import type { IncludedFile, LockfileContent, LockfileReader } from '../../../../domain/packages/lockfile.ts'
import type { LockedPackage } from '../../../../domain/packages/package.ts'
import { requirements } from '../../../../domain/packages/readers/requirements.ts'
import { readerOf } from '../../../../domain/packages/readers.ts'
import { textOfFile } from '../../../../domain/packages/text-file.ts'

/** A file of the tree as bytes, or why it could not be read. */
export type FileBytes = { readonly bytes: Buffer } | { readonly cause: string }
export type ReadBytes = (path: string) => Promise<FileBytes>

export type FileTrouble = { readonly path: string; readonly line: number; readonly cause: string }
export type UnpinnedPackage = { readonly path: string; readonly line: number; readonly name: string; readonly wanted: string }

/** What all files hold together. */
export type GatheredPackages = {
  readonly packages: readonly LockedPackage[]
  /** Every file that was read, with what is odd about it. */
  readonly files: readonly { readonly path: string; readonly notes: readonly string[] }[]
  readonly unpinned: readonly UnpinnedPackage[]
  readonly troubles: readonly FileTrouble[]
}

type ReadLockfile = { readonly path: string; readonly reader: LockfileReader; readonly content: LockfileContent }
type Reading = {
  readonly read: ReadBytes
  /** Every file that was looked at, read or not: each once, whoever names it and how often. */
  readonly seen: Set<string>
  readonly done: Map<string, ReadLockfile>
  readonly constraints: Map<string, Promise<Pins | undefined>>
  readonly troubles: FileTrouble[]
}

const basenameOf = (path: string): string => posix.basename(path)

/** Where an included file is; nothing, told as a trouble, for one that is not of this tree. */
const includedPath = (from: string, { path, line }: IncludedFile, troubles: FileTrouble[]): string | undefined => {
  const trouble = (cause: string) => void troubles.push({ path: from, line, cause })
  if (/^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(path)) return (trouble('it includes a file of the network, which is not read'), undefined)
  const target = posix.normalize(posix.join(posix.dirname(from), path))
  if (posix.isAbsolute(path) || target === '..' || target.startsWith('../'))
    return (trouble('it includes a file outside of the workspace'), undefined)
  return target
}

const readOne = async (path: string, reader: LockfileReader, { read, done, troubles }: Reading): Promise<ReadLockfile | undefined> => {
  const file = await read(path)
  const text = 'cause' in file ? { trouble: file.cause } : textOfFile(file.bytes)
  if ('trouble' in text) return void troubles.push({ path, line: 1, cause: text.trouble })
  const content = reader.read(text.text, basenameOf(path))
  for (const cause of content.troubles) troubles.push({ path, line: 1, cause })
  const one = { path, reader, content }
  done.set(path, one)
  return one
}

/** A file and what it includes, each once: two that include each other end there. */
const readAll = async (first: string, reader: LockfileReader, reading: Reading): Promise<void> => {
  const queue = [first]
  for (const path of queue) {
    if (reading.seen.has(path)) continue
    reading.seen.add(path)
    const one = await readOne(path, reader, reading)
    for (const included of one?.content.includes ?? []) {
      const target = includedPath(path, included, reading.troubles)
      if (target !== undefined && included.kind === 'requirements') queue.push(target)
    }
  }
}

type Pin = { readonly version: string; readonly file: string; readonly line: number }

type Pins = ReadonlyMap<string, Pin>

const readConstraints = async (path: string, { read }: Reading): Promise<Pins | undefined> => {
  const file = await read(path)
  const text = 'cause' in file ? undefined : textOfFile(file.bytes)
  if (text === undefined || 'trouble' in text) return undefined
  const { entries } = requirements.read(text.text, basenameOf(path))
  return new Map(entries.map(({ name, version, line }) => [canonicalName('PyPI', name), { version, file: path, line }]))
}

/** What constraints pin for a file, by canonical name. */
const pinsFor = async ({ path, content }: ReadLockfile, reading: Reading): Promise<(name: string) => Pin | undefined> => {
  const named = content.includes
    .filter(({ kind }) => kind === 'constraints')
    .map((one) => ({ ...one, target: includedPath(path, one, []) }))
  const all: Pins[] = []
  for (const { target, line } of new Map(named.map((one) => [one.target, one])).values()) {
    if (target === undefined) continue
    const constraints = reading.constraints.get(target) ?? readConstraints(target, reading)
    reading.constraints.set(target, constraints)
    const pins = await constraints
    if (pins === undefined) reading.troubles.push({ path, line, cause: 'the constraints that it names cannot be read' })
    else all.push(pins)
  }
  return (name) => all.findLast((pins) => pins.has(name))?.get(name)
}

const packagesOf = ({ path, reader, content }: ReadLockfile): readonly LockedPackage[] =>
  content.entries
    .filter(({ version }) => rulesOf(reader.ecosystem)?.isVersion(version) === true)
    .map((one) => ({
      ...one,
      ecosystem: reader.ecosystem,
      name: canonicalName(reader.ecosystem, one.name),
      file: path,
      tool: content.tool ?? reader.format,
    }))

/** What is no version cannot be compared: it counts as not pinned. */
const oddVersions = ({ path, reader, content }: ReadLockfile): readonly UnpinnedPackage[] =>
  content.entries
    .filter(({ version }) => rulesOf(reader.ecosystem)?.isVersion(version) !== true)
    .map(({ name, version, line }) => ({ path, line, name, wanted: version }))

type Pinned = { readonly packages: readonly LockedPackage[]; readonly unpinned: readonly UnpinnedPackage[] }

const withPins = async (one: ReadLockfile, reading: Reading): Promise<Pinned> => {
  const pinOf = await pinsFor(one, reading)
  const { path, content } = one
  const found = content.unpinned.map((entry) => ({ entry, pin: pinOf(canonicalName('PyPI', entry.name)) }))
  const scope = content.entries[0]?.scope ?? 'runtime'
  return {
    packages: [
      ...packagesOf(one),
      ...found.flatMap(({ entry, pin }) =>
        pin === undefined
          ? []
          : [{ ...pin, ecosystem: 'PyPI', name: canonicalName('PyPI', entry.name), scope, way: [], tool: one.reader.format }],
      ),
    ],
    unpinned: [...found.flatMap(({ entry, pin }) => (pin === undefined ? [{ ...entry, path }] : [])), ...oddVersions(one)],
  }
}

/** Locks of Python, beside which the wishes of `pyproject.toml` say nothing more. */
const isLockOfProject = (path: string): boolean => /^(?:(?:uv|poetry|pdm)\.lock|Pipfile\.lock|pylock.*\.toml)$/.test(basenameOf(path))

const withoutWishes = (paths: readonly string[]): readonly string[] => {
  const locked = new Set(paths.filter(isLockOfProject).map((path) => posix.dirname(path)))
  return paths.filter((path) => basenameOf(path) !== 'pyproject.toml' || !locked.has(posix.dirname(path)))
}

/** Reads the files, and those that they include. One that cannot be read never keeps the others from it. */
export const gatherPackages = async (
  paths: readonly string[],
  read: ReadBytes,
  ecosystems: readonly string[],
): Promise<GatheredPackages> => {
  const reading: Reading = { read, seen: new Set(), done: new Map(), constraints: new Map(), troubles: [] }
  for (const path of withoutWishes(paths)) {
    const reader = readerOf(path)
    if (reader !== undefined && (ecosystems.length === 0 || ecosystems.includes(reader.ecosystem))) await readAll(path, reader, reading)
  }
  const files = [...reading.done.values()]
  const pinned: Pinned[] = []
  for (const one of files) pinned.push(await withPins(one, reading))
  return {
    packages: pinned.flatMap(({ packages }) => packages),
    files: files.map(({ path, content }) => ({ path, notes: content.notes })),
    unpinned: pinned.flatMap(({ unpinned }) => unpinned),
    troubles: reading.troubles,
  }
}
