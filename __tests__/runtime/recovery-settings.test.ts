import { describe, expect, test } from '@jest/globals'
import { reach as reachWith, settingsOf } from '../../src/runtime/recovery-settings.ts'
import type { LedgerSettings } from '../../src/runtime/state/ledger-file.ts'
import { databaseWord, mayBeKept } from '../../src/tools/connect/database-word.ts'

const reach = (settings: LedgerSettings, environment: Readonly<Record<string, string>>, known: string | undefined) =>
  reachWith(settings, { environment, known, brought: new Set(['BROUGHT']) })

const url = 'postgres://app:correct-horse@db.example:5432/app'

describe('a URL as it was written', () => {
  const kept = [
    '${DATABASE_URL}',
    'postgres://app:${PASSWORD}@db:5432/app',
    'postgres://${USER}:${PASSWORD}@${HOST}:${PORT}/app',
    'postgres://app@db/app',
    'host=db password=${PASSWORD}',
    'postgres://app@db/app?sslpassword=${KEY}',
  ]
  test.each(kept)('is kept where it holds no secret: %s', (one) => expect(mayBeKept(one)).toBe(true))
  const secret = [
    url,
    'postgres://app:x${PASSWORD}@db/app',
    'host=db password=secret',
    'postgres://app@db/app?sslpassword=secret',
    'postgres://app:64957@db/app',
    'what is this',
  ]
  test.each(secret)('is never kept where it does, or nobody knows: %s', (one) => expect(mayBeKept(one)).toBe(false))
})

describe('how a site is reached, without options', () => {
  const options = { compose: { directory: '/srv/app' }, database: { url, user: 'app' } }
  const ofText = settingsOf(options, { text: '${DATABASE_URL}' })
  const ofInput = settingsOf(options, { input: 'database-url' })

  test('holds no secret, and is reached with it anew', () => {
    for (const one of [ofText, ofInput, settingsOf(options, { text: url })]) expect(JSON.stringify(one)).not.toContain('correct-horse')
    const reached = { compose: { directory: '/srv/app' }, database: { url, user: 'app' } }
    expect(reach(ofText, { DATABASE_URL: url }, undefined)).toMatchObject(reached)
    expect(reach(ofText, { RONDE_ENV: `DATABASE_URL=${url}` }, undefined)).toMatchObject(reached)
    expect(reach(ofInput, { 'INPUT_DATABASE-URL': url }, undefined)).toMatchObject(reached)
    expect(reach(ofInput, { 'INPUT_DATABASE-URL': '${URL}', URL: url }, undefined)).toMatchObject(reached)
  })

  test('looks up no name that the event brought, and follows no address that it was given', () => {
    const environment = { 'INPUT_DATABASE-URL': url.replace('correct-horse', '${BROUGHT}'), BROUGHT: 'another secret' }
    expect(reach(ofInput, environment, undefined)).toEqual({ gone: 'database.url: ${BROUGHT} is not set in the environment' })
    expect(reach(ofInput, { 'INPUT_DATABASE-URL': `${url}?hostaddr=192.0.2.6` }, undefined)).toMatchObject({ gone: expect.any(String) })
  })

  test('masks what it resolved', () => {
    expect(reach(ofText, { DATABASE_URL: url }, undefined)).toMatchObject({ secrets: expect.arrayContaining(['correct-horse']) })
  })

  test('says what is gone', () => {
    expect(reach(ofText, {}, undefined)).toEqual({ gone: 'database.url: ${DATABASE_URL} is not set in the environment' })
    expect(reach(ofInput, {}, undefined)).toEqual({ gone: 'the input database-url, which this step does not have' })
    expect(reach(settingsOf(options, { text: url }), {}, undefined)).toEqual({ gone: 'database.url, which holds its password itself' })
  })

  test("takes this run's own URL where it leads to the same database, and never to another", () => {
    expect(reach(ofInput, {}, url)).toMatchObject({ database: { url } })
    expect(reach(ofInput, {}, 'postgres://app:x@db.example:5432/other')).toMatchObject({ gone: expect.any(String) })
    const other = { DATABASE_URL: 'postgres://app:x@elsewhere/app' }
    expect(reach(ofText, other, undefined)).toEqual({
      gone: 'the database.url of that run: the one of this step leads to another database',
    })
  })

  test('needs nothing where no URL is configured', () => {
    expect(reach(settingsOf({ compose: { project: 'quiz' }, database: { service: 'db' } }, undefined), {}, undefined)).toEqual({
      compose: { project: 'quiz' },
      database: { service: 'db' },
      secrets: [],
    })
  })
})

test('a database has one word, whoever asks for it and by whatever password', () => {
  expect(databaseWord({ service: 'db' })).toBe('db')
  expect(databaseWord({})).toBeUndefined()
  expect(databaseWord({ url })).toMatch(/^[0-9a-f]{16}$/)
  expect(databaseWord({ url: 'host=db.example dbname=app user=other' })).toBe(databaseWord({ url }))
  expect(databaseWord({ url: 'postgres://app@db.example/other' })).not.toBe(databaseWord({ url }))
})
