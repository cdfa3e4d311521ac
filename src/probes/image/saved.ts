import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { z } from 'zod'
import { jsonValue } from '../../core/read-json.ts'
import { readTarEntry, type TarEntry, type TarPlace, tarEntries } from '../../tools/tar-file.ts'

/** A layer, ready to be read. `digest`: what its content is called in the archive, shortened. */
export type SavedLayer = { readonly digest: string; readonly place: TarPlace }

/** What `docker save` wrote, or any OCI layout in one file. */
export type SavedImage = { readonly layers: readonly SavedLayer[]; readonly close: () => Promise<void> } | { readonly trouble: string }

const maxJsonBytes = 8 * 1024 * 1024
const mostLayerBytes = 32 * 1024 ** 3

const dockerManifest = z.array(z.object({ Layers: z.array(z.string()) }))
const descriptor = z.object({ digest: z.string(), platform: z.object({ os: z.string() }).optional() })
const ociIndex = z.object({ manifests: z.array(descriptor) })
const ociManifest = z.object({ layers: z.array(descriptor) })

type Archive = { readonly file: FileHandle; readonly entries: ReadonlyMap<string, TarEntry> }

const jsonAt = async ({ file, entries }: Archive, path: string): Promise<unknown> => {
  const entry = entries.get(path)
  const content = entry === undefined ? undefined : await readTarEntry(file, entry, maxJsonBytes)
  return content === undefined ? undefined : jsonValue(content.toString('utf8'))
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`

const mostIndexes = 5

/** The paths of the layers, lowest first: of Docker's manifest, else of the first image of an OCI index. */
const layerPaths = async (archive: Archive): Promise<readonly string[] | undefined> => {
  const docker = dockerManifest.safeParse(await jsonAt(archive, 'manifest.json'))
  if (docker.success) return docker.data[0]?.Layers
  let path = 'index.json'
  for (let depth = 0; depth < mostIndexes; depth += 1) {
    const value = await jsonAt(archive, path)
    const image = ociManifest.safeParse(value)
    if (image.success) return image.data.layers.map(({ digest }) => blobPath(digest))
    const index = ociIndex.safeParse(value)
    // Attestations stand beside images, and say of their system that it is unknown.
    const next = index.data?.manifests.find(({ platform }) => platform?.os !== 'unknown')
    if (next === undefined) return undefined
    path = blobPath(next.digest)
  }
  return undefined
}

const packers: readonly { readonly magic: string; readonly open: () => Transform }[] = [
  { magic: '1f8b', open: () => createGunzip() },
  { magic: '28b52ffd', open: () => createZstdDecompress() },
]

async function* bounded(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.length
    if (bytes > mostLayerBytes) throw new Error('a layer is larger than what is read')
    yield piece
  }
}

const unpack = async (path: string, { offset, bytes }: TarEntry, packer: (typeof packers)[number], target: string): Promise<TarPlace> => {
  const source = createReadStream(path, { start: offset, end: offset + bytes - 1 })
  await pipeline(source, packer.open(), bounded, createWriteStream(target, { flags: 'wx', mode: 0o600 }))
  const file = await open(target)
  return { file, from: 0, bytes: (await file.stat()).size }
}

/** `blobs/sha256/0123…` or `0123…/layer.tar` -> its first twelve digits. */
const shortDigest = (path: string): string => /[0-9a-f]{12}(?=[0-9a-f]{52})/.exec(path)?.[0] ?? path.slice(0, 40)

const openLayer = async (
  archive: Archive,
  path: string,
  saved: { readonly path: string; readonly folder: string; readonly nth: number },
) => {
  const entry = archive.entries.get(path)
  if (entry?.kind !== 'file') return undefined
  const head = (await readTarEntry(archive.file, { ...entry, bytes: Math.min(4, entry.bytes) }, 4))?.toString('hex') ?? ''
  const packer = packers.find(({ magic }) => head.startsWith(magic))
  const place =
    packer === undefined
      ? { file: archive.file, from: entry.offset, bytes: entry.bytes }
      : await unpack(saved.path, entry, packer, join(saved.folder, `layer-${saved.nth}.tar`))
  return { digest: shortDigest(path), place }
}

/** Opens what `docker save` wrote; packed layers are unpacked into the folder. */
export const openSaved = async (path: string, folder: string): Promise<SavedImage> => {
  const file = await open(path)
  const opened = [file]
  const close = async () => void (await Promise.all(opened.map((one) => one.close())))
  const entries = new Map<string, TarEntry>()
  for await (const entry of tarEntries({ file, from: 0, bytes: (await file.stat()).size })) entries.set(entry.path, entry)
  const paths = await layerPaths({ file, entries })
  if (paths === undefined) return (await close(), { trouble: 'it holds no image that is known (neither manifest.json nor index.json)' })
  const layers: SavedLayer[] = []
  for (const [nth, one] of paths.entries()) {
    const layer = await openLayer({ file, entries }, one, { path, folder, nth })
    if (layer === undefined) return (await close(), { trouble: `its layer ${nth + 1} is not there` })
    if (layer.place.file !== file) opened.push(layer.place.file)
    layers.push(layer)
  }
  return { layers, close }
}
