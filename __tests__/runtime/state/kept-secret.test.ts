import { chmodSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { keptSecret } from '../../../src/runtime/state/kept-secret.ts'
import { temporaryFolder } from '../../support/ronde.ts'

test('a secret is made once, for its owner alone', async () => {
  await using folder = await temporaryFolder()
  expect(keptSecret(folder.path, 'key.pem', () => 'first')).toBe('first')
  expect(keptSecret(folder.path, 'key.pem', () => 'second')).toBe('first')
  expect(statSync(join(folder.path, 'key.pem')).mode & 0o777).toBe(0o600)
})

test('a link in its place, a file that others write, and no state folder are refused in words', async () => {
  await using folder = await temporaryFolder()
  writeFileSync(join(folder.path, 'target'), 'planted')
  symlinkSync(join(folder.path, 'target'), join(folder.path, 'link'))
  expect(() => keptSecret(folder.path, 'link', () => 'made')).toThrow('is a symbolic link')
  chmodSync(join(folder.path, 'target'), 0o666)
  expect(() => keptSecret(folder.path, 'target', () => 'made')).toThrow('others can write it')
  expect(() => keptSecret(undefined, 'key.pem', () => 'made')).toThrow('self-hosted runner')
})
