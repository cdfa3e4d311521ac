import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseConninfo } from '../../../src/domain/postgres/conninfo.ts'
import { startCpuTime } from '../../support/cpu-time.ts'

const special = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~é€\u{1F511}'
/** Everything that a URL may not hold as itself, and everything that encodeURIComponent leaves. */
const encodeAll = (text: string): string => [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

describe('a connection string is read as libpq reads it', () => {
  test.each([
    ['postgres://u:p@h:5433/d', { user: 'u', password: 'p', host: 'h', port: '5433', dbname: 'd' }],
    ['postgresql://h', { host: 'h' }],
    ['postgresql://', {}],
    ['postgresql://u@h', { user: 'u', host: 'h' }],
    ['postgresql:///d?host=/var/run/postgresql&port=5433', { dbname: 'd', host: '/var/run/postgresql', port: '5433' }],
    ['postgresql://%2Fvar%2Frun%2Fpostgresql/d', { host: '/var/run/postgresql', dbname: 'd' }],
    ['postgresql://u@[2001:db8::1]:5433/d', { user: 'u', host: '2001:db8::1', port: '5433', dbname: 'd' }],
    ['postgresql://a:1,b:2/d', { host: 'a', port: '1', dbname: 'd' }],
    ['postgresql://h/d?user=u&password=p%26q', { host: 'h', dbname: 'd', user: 'u', password: 'p&q' }],
    [
      'postgresql://h/d?sslmode=verify-full&sslrootcert=/ca.pem',
      { host: 'h', dbname: 'd', sslmode: 'verify-full', sslrootcert: '/ca.pem' },
    ],
    ['postgresql://h/d?ssl=true', { host: 'h', dbname: 'd', sslmode: 'require' }],
    ['postgresql://u:a+b@h/d', { user: 'u', password: 'a+b', host: 'h', dbname: 'd' }],
    ['postgresql+psycopg2://u:p@h/d', { user: 'u', password: 'p', host: 'h', dbname: 'd' }],
    ['postgis://u:p@h/d', { user: 'u', password: 'p', host: 'h', dbname: 'd' }],
    [' postgres://u:p@h/d\n', { user: 'u', password: 'p', host: 'h', dbname: 'd' }],
    ["host=h port=5433 dbname='my db' user=u password=it\\'s", { host: 'h', port: '5433', dbname: 'my db', user: 'u', password: "it's" }],
    ["host = h password = ''", { host: 'h' }],
    ["password='a\\\\b\\'c d'", { password: "a\\b'c d" }],
  ])('%s', (text, value) => {
    expect(parseConninfo(text)).toEqual({ ok: true, value })
  })

  test.each([
    ['a raw @', 'postgres://u:p@ss@h/d', 'p@ss'],
    ['a raw #', 'postgres://u:p#ss@h/d', 'p#ss'],
    ['a raw ?', 'postgres://u:p?ss@h/d', 'p?ss'],
    ['a raw :', 'postgres://u:p:ss@h/d', 'p:ss'],
    ['a lone %', 'postgres://u:100%sure@h/d', '100%sure'],
  ])('a password with %s is taken as it stands', (_, text, password) => {
    const reading = parseConninfo(text)
    expect(reading).toMatchObject({ ok: true, value: { password, host: 'h', dbname: 'd' } })
  })

  test('a user with an @ in it, as hosted databases give them, is kept whole', () => {
    expect(parseConninfo('postgres://quiz@server:p@h/d')).toMatchObject({ value: { user: 'quiz@server', password: 'p', host: 'h' } })
  })

  test.each([
    ['postgres', special],
    ['key=value', special],
  ])('every special character of a password survives in the %s form', (form, password) => {
    const quoted = `'${password.replace(/[\\']/g, '\\$&')}'`
    const text = form === 'postgres' ? `postgres://u:${encodeURIComponent(password)}@h/d` : `host=h password=${quoted} user=u`
    expect(parseConninfo(text)).toMatchObject({ ok: true, value: { password, host: 'h', user: 'u' } })
  })

  test('any password comes back whole, however it was encoded', () => {
    const password = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0') && text.isWellFormed())
    fc.assert(
      fc.property(password, fc.constantFrom(encodeURIComponent, encodeAll), (text, encode) => {
        expect(parseConninfo(`postgres://u:${encode(text)}@h:5433/d`)).toMatchObject({ ok: true, value: { password: text, port: '5433' } })
      }),
    )
  })
})

describe('a connection string that cannot be read', () => {
  test.each([
    ['postgres://u:sec/ret@h/d', /percent-encoded/],
    ['postgres://u:12/secret@h/d', /percent-encoded/],
    ['postgres://u:p@h:secret/d', /port is not a number/],
    ['postgres://u:p@h:99999/d', /port is not a number/],
    ['mysql://u:secret@h/d', /neither a URL/],
    ['secret', /neither a URL/],
    ['', /empty/],
    ['host=h password=secret%00'.replace('%00', '\0'), /zero byte/],
    ['postgres://u:p%00secret@h/d', /zero byte/],
    [`postgres://${'secret'.repeat(1000)}`, /longer than/],
  ])('%j is a mistake that repeats none of it', (text, mistake) => {
    const reading = parseConninfo(text)
    expect(reading).toEqual({ ok: false, mistake: expect.stringMatching(mistake) })
    expect(JSON.stringify(reading)).not.toContain('secret')
  })

  test('no text at all makes it throw or take long', () => {
    const parts = fc.constantFrom('postgres://', '@', ':', '/', '?', '[', ']', '%', '=', "'", '\\', ' ', ',', 'a', '&')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts, { maxLength: 300 }).map((all) => all.join('')),
        ),
        (text) => {
          expect(typeof parseConninfo(text).ok).toBe('boolean')
        },
      ),
    )
    const cpuTime = startCpuTime()
    parseConninfo(`postgres://${'@:'.repeat(2_000)}`)
    expect(cpuTime()).toBeLessThan(2_000)
  })
})

test.each(['postgresql:///?service=q', 'service=q', 'service=q user=u dbname=d', 'postgresql:///d?service=q&user=u'])(
  '%s needs a file that is not read',
  (text) => {
    expect(parseConninfo(text)).toMatchObject({ ok: false, mistake: expect.stringMatching(/service files are not read/) })
  },
)

test('a service beside a host changes nothing', () => {
  expect(parseConninfo('postgresql://u@h/d?service=q')).toMatchObject({ ok: true, value: { host: 'h', user: 'u', dbname: 'd' } })
})
