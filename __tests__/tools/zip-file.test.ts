import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createZipReader, readZipDirectory } from '../../src/tools/zip-file.ts'
import { temporaryFolder } from '../support/ronde.ts'
import { zipOf } from '../support/zip.ts'

const textsIn = async (file: FileHandle): Promise<readonly (string | undefined)[] | string> => {
  const directory = await readZipDirectory(file)
  if ('trouble' in directory) return directory.trouble
  const read = createZipReader(file, 1_000)
  const texts: (string | undefined)[] = []
  for (const entry of directory.entries()) texts.push((await read(entry))?.toString('utf8'))
  return texts
}

const textsOf = async (bytes: Buffer) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'one.zip')
  await writeFile(path, bytes)
  await using file = await open(path)
  return await textsIn(file)
}

const fixture = (name: string) => readFile(join(import.meta.dirname, '../support/fixtures/zip', name))

describe('archives of another writer (Python)', () => {
  test('with a comment, packed and stored', async () => {
    expect(await textsOf(await fixture('python.zip'))).toEqual([expect.stringContaining('"GHSA-p"'), '{"id":"s"}'])
  })
  test('with numbers of 64 bits', async () => {
    expect(await textsOf(await fixture('python64.zip'))).toEqual([expect.stringContaining('"GHSA-p"'), '{"id":"b"}'])
  })
})

describe('what is not whole', () => {
  const whole = zipOf({ 'a.json': '{"id":"a"}', 'b.json': '{"id":"b"}' })
  test('our own archives are read', async () => {
    expect(await textsOf(whole)).toEqual(['{"id":"a"}', '{"id":"b"}'])
  })
  test.each([0, 10, 21, 60, whole.length - 1])('cut after %i bytes it is no zip', async (length) => {
    expect(await textsOf(whole.subarray(0, length))).toContain('it is no zip, or not a whole one')
  })
  test('a file whose bytes are others, or more than is said, is not given', async () => {
    const changed = Buffer.from(whole)
    changed.writeUInt8((changed[40] ?? 0) ^ 0xff, 40)
    const [first, second] = await textsOf(changed)
    expect([first, second]).toEqual([undefined, '{"id":"b"}'])
    expect(await textsOf(zipOf({ 'large.json': 'x'.repeat(1_001) }))).toEqual([undefined])
  })
  test('a directory outside of the file', async () => {
    const changed = Buffer.from(whole)
    changed.writeUInt32LE(whole.length, whole.length - 6)
    expect(await textsOf(changed)).toContain('not where it says')
  })
})
