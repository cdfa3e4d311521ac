import { execFileSync } from 'node:child_process'
import { mkdir, open, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readTarEntry, tarEntries } from '../../src/tools/tar-file.ts'
import { temporaryFolder } from '../support/ronde.ts'

const contentsOf = async (path: string, from = 0) => {
  await using file = await open(path)
  const { size } = await file.stat()
  const found: Record<string, string | undefined> = {}
  for await (const entry of tarEntries({ file, from, bytes: size - from })) {
    found[`${entry.kind} ${entry.path}`] = entry.kind === 'file' ? (await readTarEntry(file, entry, 100))?.toString('utf8') : ''
  }
  return found
}

const long = `${'folder/'.repeat(40)}${'n'.repeat(150)}`

/** What the system's tar writes. */
const archive = async (folder: string, format: string): Promise<string> => {
  await mkdir(join(folder, 'in/a'), { recursive: true })
  await writeFile(join(folder, 'in/a/x'), 'hello')
  await writeFile(join(folder, 'in/empty'), '')
  await writeFile(join(folder, 'in/large'), 'l'.repeat(101))
  await symlink('a/x', join(folder, 'in/link'))
  const path = join(folder, `${format}.tar`)
  if (format !== 'ustar') {
    await mkdir(join(folder, 'in', long.slice(0, long.lastIndexOf('/'))), { recursive: true })
    await writeFile(join(folder, 'in', long), 'long')
  }
  execFileSync('tar', ['-c', `--format=${format}`, '-f', path, '-C', join(folder, 'in'), '.'])
  return path
}

describe('archives', () => {
  test.each(['ustar', 'pax', 'gnu'])('of the format %s', async (format) => {
    await using folder = await temporaryFolder()
    const found = await contentsOf(await archive(folder.path, format))
    expect(found).toMatchObject({ 'folder a': '', 'file a/x': 'hello', 'file empty': '', 'file large': undefined, 'link link': '' })
    // ustar has no room for such a name.
    expect(found[`file ${long}`]).toBe(format === 'ustar' ? undefined : 'long')
  })

  test('inside of a file, and cut: what is whole is given', async () => {
    await using folder = await temporaryFolder()
    const path = await archive(folder.path, 'ustar')
    const inside = join(folder.path, 'inside')
    await writeFile(inside, Buffer.concat([Buffer.alloc(1_000, 'x'), await readFile(path)]))
    expect(await contentsOf(inside, 1_000)).toEqual(await contentsOf(path))
    await truncate(path, 512 * 3 + 100)
    expect(Object.keys(await contentsOf(path)).length).toBeLessThan(4)
  })

  test('a name that leads elsewhere is not given, and one that is absolute is taken from here', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'x'), 'hello')
    const path = join(folder.path, 'odd.tar')
    execFileSync('tar', ['-c', '-P', '-f', path, '--transform', 's#^x$#../../x#', 'x'], { cwd: folder.path })
    expect(await contentsOf(path)).toEqual({})
    execFileSync('tar', ['-c', '-P', '-f', path, '--transform', 's#^x$#/etc/x#', 'x'], { cwd: folder.path })
    expect(await contentsOf(path)).toEqual({ 'file etc/x': 'hello' })
  })

  test('what is no archive holds nothing', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'none')
    await writeFile(path, 'x'.repeat(5_000))
    expect(Object.keys(await contentsOf(path)).length).toBeLessThan(2)
  })
})
