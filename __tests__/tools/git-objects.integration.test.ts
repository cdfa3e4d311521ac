import { spawnSync } from 'node:child_process'
import { cp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createGitObjects } from '../../src/tools/git-objects.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import { twoCommits } from '../support/git-repository.ts'
import { temporaryFolder } from '../support/ronde.ts'

const objectsOf = (workspace: string) =>
  createGitObjects({ run: createPrograms({ environment: process.env }).run, workspace, signal: new AbortController().signal })

test('reads files of a commit that is not checked out', async () => {
  await using folder = await temporaryFolder()
  await symlink('/etc/passwd', join(folder.path, 'link'))
  const { base, head } = await twoCommits(folder.path, { 'a.txt': 'one', 'dir/ü [x].txt': 'odd' }, { 'a.txt': 'two' })
  const git = objectsOf(folder.path)
  expect(await git.hasCommit(base)).toBe(true)
  expect(await git.readFile(base, 'a.txt')).toEqual({ kind: 'text', text: 'one' })
  expect(await git.readFile(head, 'a.txt')).toEqual({ kind: 'text', text: 'two' })
  expect(await git.readFile(base, 'dir/ü [x].txt')).toEqual({ kind: 'text', text: 'odd' })
  expect(await git.readFile(base, 'b.txt')).toEqual({ kind: 'absent' })
  expect((await git.readFile(base, 'link')).kind).toBe('refused')
  expect((await git.readFile(base, 'dir')).kind).toBe('refused')
  expect((await git.listFiles(base))?.toSorted()).toEqual(['a.txt', 'dir/ü [x].txt', 'link'])
})

test.each(['--help', '-x', 'HEAD..HEAD^', 'HEAD@{0}', '', 'no-such-branch', '0'.repeat(40)])('knows no commit %j', async (revision) => {
  await using folder = await temporaryFolder()
  await twoCommits(folder.path, { 'a.txt': 'one' }, {})
  expect(await objectsOf(folder.path).hasCommit(revision)).toBe(false)
})

test('a folder that is no repository, and hooks that the repository names, run nothing', async () => {
  await using folder = await temporaryFolder()
  expect(await objectsOf(folder.path).hasCommit('HEAD')).toBe(false)
  await twoCommits(folder.path, { 'a.txt': 'one' }, {})
  spawnSync('git', ['-C', folder.path, 'config', 'core.fsmonitor', `touch ${join(folder.path, 'ran')}`])
  const git = objectsOf(folder.path)
  expect(await git.readFile('HEAD', 'a.txt')).toEqual({ kind: 'text', text: 'one' })
  expect(await git.readFile('HEAD', 'ran')).toEqual({ kind: 'absent' })
})

test('what stands beside the objects of a checkout changes nothing of what they say', async () => {
  await using folder = await temporaryFolder()
  const { base } = await twoCommits(folder.path, { 'a.txt': 'one', 'b.txt': 'two', '-d': 'three', '--name-only': 'four' }, {})
  const git = (...args: readonly string[]): string => spawnSync('git', ['-C', folder.path, ...args], { encoding: 'utf8' }).stdout.trim()
  git('replace', git('rev-parse', `${base}:a.txt`), git('rev-parse', `${base}:b.txt`))
  const objects = objectsOf(folder.path)
  expect(await objects.readFile(base, 'a.txt')).toEqual({ kind: 'text', text: 'one' })
  expect(await objects.readFile(base, '-d')).toEqual({ kind: 'text', text: 'three' })
  expect(await objects.readFile(base, '--name-only')).toEqual({ kind: 'text', text: 'four' })
})

test('a repository around the workspace, or the parts of one in it, is not the checkout', async () => {
  await using folder = await temporaryFolder()
  await twoCommits(folder.path, { 'work/a.txt': 'one' }, {})
  expect(await objectsOf(join(folder.path, 'work')).hasCommit('HEAD')).toBe(false)
  await cp(join(folder.path, '.git'), join(folder.path, 'work'), { recursive: true })
  spawnSync('git', ['-C', join(folder.path, 'work'), 'config', 'core.bare', 'true'])
  expect(await objectsOf(join(folder.path, 'work')).hasCommit('HEAD')).toBe(false)
})
