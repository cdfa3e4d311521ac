import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { openSaved } from '../../../src/probes/image/saved.ts'
import { tarEntries } from '../../../src/tools/tar-file.ts'
import { temporaryFolder } from '../../support/ronde.ts'

const tarOf = async (folder: string, files: Readonly<Record<string, string | Buffer>>, name: string): Promise<string> => {
  const root = join(folder, `${name}.in`)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), content)
  }
  const path = join(folder, `${name}.tar`)
  execFileSync('tar', ['-c', '-f', path, '-C', root, '.'])
  return path
}

/** An OCI layout with an index inside of the index, an attestation beside the image, and layers packed in three ways. */
const layoutOf = async (folder: string, given: { readonly docker: boolean; readonly without?: number }) => {
  const blobs: Record<string, Buffer> = {}
  const put = (content: Buffer | object): string => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const digest = createHash('sha256').update(bytes).digest('hex')
    blobs[`blobs/sha256/${digest}`] = bytes
    return digest
  }
  const plain = await readFile(await tarOf(folder, { 'etc/os-release': 'ID=debian' }, 'one'))
  const layers = [plain, gzipSync(plain), zstdCompressSync(await readFile(await tarOf(folder, { 'app/x': 'x' }, 'three')))]
  const digests = layers.map(put)
  const missing = digests[given.without ?? -1]
  const manifest = put({ layers: digests.map((digest) => ({ digest: `sha256:${digest}` })) })
  const attestation = put({ layers: [] })
  const index = put({
    manifests: [
      { digest: `sha256:${attestation}`, platform: { os: 'unknown' } },
      { digest: `sha256:${manifest}`, platform: { os: 'linux' } },
    ],
  })
  if (missing !== undefined) delete blobs[`blobs/sha256/${missing}`]
  const docker = { 'manifest.json': JSON.stringify([{ Config: 'x', Layers: digests.map((one) => `blobs/sha256/${one}`) }]) }
  const files = {
    'index.json': JSON.stringify({ manifests: [{ digest: `sha256:${index}` }] }),
    ...blobs,
    ...(given.docker ? docker : {}),
  }
  return { path: await tarOf(folder, files, 'image'), digests }
}

describe('a saved image', () => {
  test.each([true, false])("with Docker's manifest: %s", async (docker) => {
    await using folder = await temporaryFolder()
    const { path, digests } = await layoutOf(folder.path, { docker })
    const saved = await openSaved(path, folder.path)
    if ('trouble' in saved) throw new Error(saved.trouble)
    expect(saved.layers.map(({ digest }) => digest)).toEqual(digests.map((one) => one.slice(0, 12)))
    const paths = []
    for (const { place } of saved.layers)
      for await (const { kind, path: inside } of tarEntries(place)) if (kind === 'file') paths.push(inside)
    expect(paths).toEqual(['etc/os-release', 'etc/os-release', 'app/x'])
    await saved.close()
  })

  test('of which a layer is missing, or that is none', async () => {
    await using folder = await temporaryFolder()
    const { path } = await layoutOf(folder.path, { docker: true, without: 2 })
    expect(await openSaved(path, folder.path)).toEqual({ trouble: 'its layer 3 is not there' })
    expect(await openSaved(await tarOf(folder.path, { x: 'x' }, 'none'), folder.path)).toMatchObject({
      trouble: expect.stringContaining('holds no image'),
    })
  })
})
