import { expect, test } from '@jest/globals'
import { namesOf } from '../../../src/actions/cert-check/policies/name.ts'
import { isForName, readCertificate } from '../../../src/domain/x509/certificate.ts'
import { comparedName } from '../../../src/domain/x509/names.ts'
import { misuseOf, type Usage } from '../../../src/domain/x509/usage.ts'
import { selfSigned } from '../../support/self-signed.ts'

test('a certificate with a thousand names is read, and they are counted', () => {
  const count = 1_000
  const names = Array.from({ length: count }, (_, index) => `n${index}.quiz.example`)
  const read = readCertificate(selfSigned({ names }).cert)
  if (read === undefined) throw new Error('not read')
  expect(namesOf(read)).toMatch(new RegExp(`^n0\\.quiz\\.example, .* and ${count - 6} more$`))
  expect([isForName(read, `n${count - 1}.quiz.example`), isForName(read, 'x.quiz.example')]).toEqual([true, false])
})

test('a wildcard stands for one whole label', () => {
  const read = readCertificate(selfSigned({ names: ['*.a.example', 'q*.b.example', '*q.b.example', 'x.*.example'] }).cert)
  const fits = ['x.a.example', 'q1.b.example', 'oneq.b.example', 'x.y.example'].map((name) => read !== undefined && isForName(read, name))
  expect(fits).toEqual([true, false, false, false])
})

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, content.length]), content])
}
const commonName = der(0x06, Buffer.from([0x55, 4, 3]))
const nameOf = (tag: number, text: Buffer | string) =>
  der(0x30, der(0x31, der(0x30, commonName, der(tag, Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1')))))

test('names are the same whatever their type of string, case and blanks are', () => {
  const [utf8, printable, bmp, t61] = [0x0c, 0x13, 0x1e, 0x14]
  const wide = Buffer.from('Test Root', 'utf16le').swap16()
  const same = [nameOf(utf8, 'Test Root'), nameOf(printable, 'TEST   root'), nameOf(bmp, wide), nameOf(t61, ' test\troot ')]
  expect(new Set(same.map(comparedName)).size).toBe(1)
  expect(comparedName(nameOf(utf8, 'Test Roots'))).not.toBe(comparedName(nameOf(utf8, 'Test Root')))
  expect(comparedName(nameOf(utf8, Buffer.from('\u00c4')))).not.toBe(comparedName(nameOf(utf8, Buffer.from('\u00e4'))))
})

const usage = (given: Partial<Usage> = {}): Usage => ({
  purposes: undefined,
  keyBits: undefined,
  depth: undefined,
  permitted: [],
  excluded: [],
  ...given,
})
const leaf = { usage: usage(), isCa: false, dnsNames: ['a.quiz.example', '*.b.quiz.example'] }
const above = (given: Partial<Usage> = {}, isCa = true) => ({ usage: usage(given), isCa, dnsNames: [] })

test.each([
  ['nothing', [leaf, above(), above()], undefined],
  ['a leaf for clients', [{ ...leaf, usage: usage({ purposes: ['1.3.6.1.5.5.7.3.2'] }) }], 'not-for-servers'],
  ['a leaf for both', [{ ...leaf, usage: usage({ purposes: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1'] }) }], undefined],
  ['a leaf whose key signs lists only', [{ ...leaf, usage: usage({ keyBits: 0x02 }) }], 'not-for-servers'],
  ['an issuer that is none', [leaf, above({}, false)], 'no-authority'],
  ['an issuer that may not sign', [leaf, above({ keyBits: 0x82 })], 'no-authority'],
  ['an issuer for clients', [leaf, above({ purposes: ['1.3.6.1.5.5.7.3.2'] })], 'not-for-servers'],
  ['an issuer for leaves only', [leaf, above({ depth: 0 })], undefined],
  ['one authority too many', [leaf, above(), above({ depth: 0 })], 'too-deep'],
  ['names within', [leaf, above({ permitted: ['quiz.example'] })], undefined],
  ['names below', [leaf, above({ permitted: ['.quiz.example'] })], undefined],
  ['names without', [leaf, above({ permitted: ['other.example'] })], 'not-for-name'],
  ['a name that only ends like it', [leaf, above({ permitted: ['z.example'] })], 'not-for-name'],
  ['names that are left out', [leaf, above({ permitted: ['quiz.example'], excluded: ['b.quiz.example'] })], 'not-for-name'],
] as const)('in a path with %s, what may not serve is told', (_what, path, kind) => {
  expect(misuseOf(path)?.kind).toBe(kind)
})
