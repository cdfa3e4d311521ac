import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createWhole, nameForFile, readOwnFile } from '../../../src/runtime/state/files.ts'
import { foreignPath, freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()

describe('a file that appears whole', () => {
  test('is there once, and nothing else is', () => {
    const folder = fresh()
    expect(createWhole(join(folder, 'a'), 'one')).toBe(true)
    expect(createWhole(join(folder, 'a'), 'two')).toBe(false)
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('one')
    expect(readdirSync(folder)).toEqual(['a'])
  })

  test('clears away what a killed run left a day ago, and not what another writes now', () => {
    const folder = fresh()
    const [old, young] = [join(folder, '.new-old'), join(folder, '.new-young')]
    for (const path of [old, young]) writeFileSync(path, '')
    utimesSync(old, 1, 1)
    createWhole(join(folder, 'a'), '')
    expect([existsSync(old), existsSync(young)]).toEqual([false, true])
  })
})

test('a file of somebody else is refused', () => {
  const path = join(fresh(), 'a')
  createWhole(path, 'text')
  expect(readOwnFile(path, 4)).toEqual({ kind: 'text', text: 'text' })
  expect(readOwnFile(path, 3)).toMatchObject({ kind: 'refused' })
  expect(readOwnFile(foreignPath(path, '/etc/passwd'), 1_000_000)).toMatchObject({
    kind: 'refused',
    cause: expect.stringContaining('belongs to uid'),
  })
})

describe('a word in a file name', () => {
  const plain = ['quiz', 'f-brain', 'punk_eco.2', 'A1']
  test.each(plain)('%s stays itself', (word) => {
    expect(nameForFile(word)).toBe(word)
  })

  const odd = ['', '.', '..', '../quiz', 'a/b', '-rf', 'näh', 'a\0b', 'x'.repeat(81)]
  test.each(odd)('%j becomes a digest of its own', (word) => {
    expect(nameForFile(word)).toMatch(/^x[0-9a-f]{32}$/)
    expect(new Set(odd.map(nameForFile)).size).toBe(odd.length)
  })
})
