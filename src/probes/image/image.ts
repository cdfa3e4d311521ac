import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finished, RunProgram } from '../../contract/process.ts'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import { jsonValue } from '../../core/read-json.ts'
import { ecosystemOfRelease, type InstalledPackage, readApk, readDpkg, readPythonMetadata } from '../../domain/packages/image/databases.ts'
import {
  broughtBy,
  hiddenBy,
  type ImageFileKind,
  imageFileKind,
  type LayerContent,
  type LayerFile,
  visibleFiles,
} from '../../domain/packages/image/paths.ts'
import { textOf } from '../../domain/packages/lockfile.ts'
import { readTarEntry, type TarEntry, type TarPlace, tarEntries } from '../../tools/tar-file.ts'
import { openSaved, type SavedLayer } from './saved.ts'

/** A package inside an image. */
export type ImagePackage = InstalledPackage & {
  readonly ecosystem: string
  /** From 1, the lowest. */
  readonly layer: number
  /** The file that says so. */
  readonly path: string
}

export type ImageSeen = {
  readonly packages: readonly ImagePackage[]
  readonly layers: readonly { readonly digest: string }[]
  /** What could not be read of it. */
  readonly troubles: readonly string[]
}

export type ImageAccess = { readonly run: RunProgram; readonly signal: AbortSignal; readonly now: () => number; readonly temporary: string }

const askMs = 20_000
const saveMs = 300_000
/** What dpkg says of a large image has some MB. */
const maxFileBytes = 64 * 1024 * 1024
const mostFiles = 200_000

type File = LayerFile<{ readonly entry: TarEntry; readonly place: TarPlace }>

const contentOf = async ({ place }: SavedLayer, layer: number): Promise<LayerContent<File['at']>> => {
  const files: File[] = []
  const hidden: string[] = []
  for await (const entry of tarEntries(place)) {
    const hides = hiddenBy(entry.path)
    if (hides !== undefined) hidden.push(hides)
    const kind = entry.kind === 'file' ? imageFileKind(entry.path) : undefined
    if (kind !== undefined && files.length < mostFiles) files.push({ path: entry.path, kind, layer, at: { entry, place } })
  }
  return { files, hidden }
}

const textOfFile = async ({ at: { entry, place } }: File): Promise<string | undefined> =>
  (await readTarEntry(place.file, entry, maxFileBytes))?.toString('utf8')

const readPackageJson = (text: string): readonly InstalledPackage[] => {
  const value = jsonValue(text)
  const [name, version] = [textOf(value, 'name'), textOf(value, 'version')]
  return name === undefined || version === undefined ? [] : [{ name, version }]
}

const readers: Readonly<Record<Exclude<ImageFileKind, 'release'>, (text: string) => readonly InstalledPackage[]>> = {
  dpkg: readDpkg,
  apk: readApk,
  python: readPythonMetadata,
  node: readPackageJson,
}

const ecosystemOf = (kind: ImageFileKind, release: string | undefined): string | undefined =>
  kind === 'python' ? 'PyPI' : kind === 'node' ? 'npm' : release

const keyOf = ({ name, version }: InstalledPackage): string => `${name}\n${version}`

type Read = { readonly packages: readonly ImagePackage[]; readonly trouble?: string }

/** A list that each layer writes anew is compared with those below; a file of one package is of its own layer. */
const readVisible = async (all: readonly File[], release: string | undefined): Promise<Read> => {
  const last = all.at(-1)
  if (last === undefined || last.kind === 'release') return { packages: [] }
  const read = readers[last.kind]
  const ecosystem = ecosystemOf(last.kind, release)
  const texts = await Promise.all(all.map(textOfFile))
  if (texts.includes(undefined)) return { packages: [], trouble: `${last.path} is cut, or larger than what is read` }
  const lists = texts.map((text, index) => ({ layer: all[index]?.layer ?? 0, keys: new Set(read(text ?? '').map(keyOf)) }))
  const found = new Map(read(texts.at(-1) ?? '').map((one) => [keyOf(one), one]))
  if (ecosystem === undefined)
    return { packages: [], ...(found.size === 0 ? {} : { trouble: `${last.path}: OSV has no advisories on this distribution` }) }
  return { packages: [...found].map(([key, one]) => ({ ...one, ecosystem, layer: broughtBy(key, lists) + 1, path: last.path })) }
}

const releaseOf = async (files: readonly (readonly File[])[]): Promise<string | undefined> => {
  for (const all of files.filter(([one]) => one?.kind === 'release')) {
    const last = all.at(-1)
    const found = last === undefined ? undefined : ecosystemOfRelease((await textOfFile(last)) ?? '')
    if (found !== undefined) return found
  }
  return undefined
}

/** Reads what the layers of an image hold. */
const readLayers = async (layers: readonly SavedLayer[]): Promise<ImageSeen> => {
  const contents: LayerContent<File['at']>[] = []
  for (const [index, layer] of layers.entries()) contents.push(await contentOf(layer, index))
  const files = visibleFiles(contents)
  const release = await releaseOf(files)
  const read: Read[] = []
  for (const all of files) read.push(await readVisible(all, release))
  return {
    packages: read.flatMap(({ packages }) => packages),
    layers: layers.map(({ digest }) => ({ digest })),
    troubles: read.flatMap(({ trouble }) => trouble ?? []),
  }
}

const refusal = (what: string, ended: Finished): Seen<never> => {
  if (ended.ended === 'not-started') return couldNotLook('docker is not on this machine', 'run it where the engine is')
  const said = ended.stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  return /no such image/i.test(said)
    ? couldNotLook('the engine has no such image', 'build or pull it first; nothing is pulled here')
    : couldNotLook(
        `${what} ended with ${ended.ended === 'exit' ? ended.exitCode : ended.ended}: ${said}`,
        'run it there and mend what it says',
      )
}

const idAndSize = /^(sha256:[0-9a-f]{64}) (\d{1,15})\s*$/

/** The id of an image and what it takes, by its name. */
export const identifyImage = async (reference: string, { run, signal, now }: ImageAccess): Promise<Seen<{ id: string; bytes: number }>> => {
  const args = ['image', 'inspect', '--format', '{{.Id}} {{.Size}}', '--', reference]
  const ended = await run('docker', args, { timeoutMs: askMs, signal })
  const [, id, bytes] = ended.ended === 'exit' && ended.exitCode === 0 ? (idAndSize.exec(ended.stdout) ?? []) : []
  return id === undefined ? refusal('docker image inspect', ended) : saw({ id, bytes: Number(bytes) }, now())
}

/** Packages inside an image, layer by layer: it is saved into a file, read, and the file goes. Nothing of it is started. */
export const seeImage = async ({ id, bytes }: { id: string; bytes: number }, access: ImageAccess): Promise<Seen<ImageSeen>> => {
  const { run, signal, now, temporary } = access
  await mkdir(temporary, { recursive: true })
  const folder = await mkdtemp(join(temporary, 'ronde-image-'))
  try {
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize < bytes * 2)
      return couldNotLook(`there is no room for it in ${temporary}`, `free ${Math.ceil((bytes * 2) / 1e6)} MB there`)
    const path = join(folder, 'image.tar')
    const ended = await run('docker', ['image', 'save', '--output', path, id], { timeoutMs: saveMs, signal })
    if (ended.ended !== 'exit' || ended.exitCode !== 0) return refusal('docker image save', ended)
    const saved = await openSaved(path, folder)
    if ('trouble' in saved) return couldNotLook(saved.trouble, 'look at it with `docker image inspect`')
    try {
      return saw(await readLayers(saved.layers), now())
    } finally {
      await saved.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
