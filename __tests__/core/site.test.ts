import { describe, expect, test } from '@jest/globals'
import { isSameSite, lockNames, needsEngine, type SiteGiven, sharedProject, siteKey, siteOf } from '../../src/core/site.ts'

const given = (more: Partial<SiteGiven> = {}): SiteGiven => ({
  repository: 'acme/quiz',
  server: 's',
  compose: {},
  found: undefined,
  remembered: undefined,
  database: undefined,
  ...more,
})

describe('the word of a site', () => {
  type Row = readonly [what: string, more: Partial<SiteGiven>, project: string, formerly: readonly string[]]
  const rows: readonly Row[] = [
    ['nothing known', {}, '', []],
    ['a name that a person wrote', { compose: { project: 'quiz' }, found: 'other', database: 'db' }, 'quiz', []],
    ['the project that the engine shows', { found: 'quiz' }, 'quiz', ['']],
    ['the remembered one while it is silent', { remembered: 'quiz' }, 'quiz', ['']],
    ['what is seen rather than what is remembered', { found: 'new', remembered: 'old' }, 'new', ['']],
    ['the folder until the project is seen', { compose: { directory: './deploy' }, database: 'db' }, './deploy', []],
    ['the project of a folder', { compose: { directory: './deploy' }, found: 'quiz' }, 'quiz', ['./deploy']],
    ['files without a folder', { compose: { files: ['a.yml', 'b.yml'] } }, 'files:a.yml,b.yml', ['']],
    ['the database where nothing else is known', { database: 'db' }, 'database:db', ['']],
    ['the project of what was known by its database', { found: 'quiz', database: 'db' }, 'quiz', ['', 'database:db']],
  ]
  test.each(rows)('%s', (_, more, project, formerly) => {
    expect(siteOf(given(more))).toEqual({ repository: 'acme/quiz', server: 's', project, formerly })
  })
})

test('two sites are the same when repository, server and word are', () => {
  const one = siteOf(given({ found: 'quiz' }))
  expect(isSameSite(one, siteOf(given({ compose: { project: 'quiz' } })))).toBe(true)
  for (const other of [{ repository: 'acme/brain' }, { server: 't' }, { found: 'brain' }]) {
    expect(isSameSite(one, siteOf(given({ found: 'quiz', ...other })))).toBe(false)
    expect(siteKey(siteOf(given({ found: 'quiz', ...other })))).not.toBe(siteKey(one))
  }
})

describe('the project whose lock all repositories share', () => {
  const byUrl = { byUrl: true }
  const rows: readonly [what: string, word: string, given: object, shared: string | undefined][] = [
    ['is the one that a person named', 'quiz', { compose: { project: 'quiz' }, ...byUrl }, 'quiz'],
    ['is that of the folder', 'quiz', { compose: { directory: './deploy' }, ...byUrl }, 'quiz'],
    ['is none while only the folder is known', 'deploy', { compose: { directory: 'deploy' } }, undefined],
    ['is the one that runs', 'quiz', {}, 'quiz'],
    ['is none that merely runs beside a database with a URL', 'quiz', byUrl, undefined],
    ['is no database', 'database:db', {}, undefined],
    ['is none where nothing is known', '', {}, undefined],
  ]
  test.each(rows)('%s', (_, word, more, shared) => {
    expect(sharedProject(word, { compose: {}, byUrl: false, ...more })).toBe(shared)
  })
})

test('the lock of a site is its own, and that of the project is the same in every repository', () => {
  const [one, other] = [siteOf(given({ found: 'quiz' })), siteOf(given({ found: 'quiz', repository: 'acme/brain' }))]
  expect(lockNames(one, undefined)).toEqual([expect.stringMatching(/^site-[0-9a-f]{16}$/)])
  expect(lockNames(one, 'quiz')).toEqual([...lockNames(one, undefined), 'quiz'])
  expect(lockNames(other, undefined)).not.toEqual(lockNames(one, undefined))
})

test('only a folder or files without a name need the engine to say which project they are', () => {
  expect([{}, { project: 'a' }, { project: 'a', directory: '/b' }, { directory: '/b' }, { files: ['c'] }].map(needsEngine)).toEqual([
    false,
    false,
    false,
    true,
    true,
  ])
})
