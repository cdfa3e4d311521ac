import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { afterAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { namesOf } from '../../../src/actions/cert-check/policies/name.ts'
import { isForName, readCertificate } from '../../../src/domain/x509/certificate.ts'
import { contentOf } from '../../../src/domain/x509/file-content.ts'
import { createAuthority } from '../../support/authority.ts'

const authority = createAuthority()
const folder = mkdtempSync(join(tmpdir(), 'ronde-pem-'))
afterAll(() => {
  authority[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})
const inter = authority.issue({ name: 'Test Intermediate', ca: true })
const leaf = authority.issue({ name: 'quiz.example', by: inter, names: ['DNS:quiz.example'] })
const both = leaf.cert + inter.cert

const at = (name: string) => join(folder, name)
const server = `server { listen 127.0.0.1:1 ssl; ssl_certificate ${at('t.pem')}; ssl_certificate_key ${leaf.keyPath}; }`
writeFileSync(at('nginx.conf'), `pid ${at('pid')}; error_log stderr; events {} http { access_log off; ${server} }`)

/** Node loads a certificate by the same functions of OpenSSL, for machines without nginx. */
const nodeSays = (bytes: Buffer): 'loads' | 'refuses' | 'another' => {
  try {
    createSecureContext({ cert: bytes, key: leaf.key })
    return 'loads'
  } catch (error) {
    return String(error).includes('key values mismatch') ? 'another' : 'refuses'
  }
}

/** What `nginx -t` says of it with the key of the leaf: loaded, refused, or another certificate first than the key's. */
const nginxSays = (bytes: Buffer): 'loads' | 'refuses' | 'another' => {
  writeFileSync(at('t.pem'), bytes)
  const { status, stderr, error } = spawnSync('nginx', ['-t', '-c', at('nginx.conf'), '-p', folder], { encoding: 'latin1' })
  if (error !== undefined) return nodeSays(bytes)
  return status === 0 ? 'loads' : stderr.includes('key values mismatch') ? 'another' : 'refuses'
}

const weSay = (bytes: Buffer): 'loads' | 'refuses' => {
  const content = contentOf(bytes)
  const isRead = content.kind === 'certificates' && content.certificates.every((der) => readCertificate(der) !== undefined)
  return isRead ? 'loads' : 'refuses'
}

const lines = (text: string, change: (all: string[]) => readonly string[]) => change(text.split('\n')).join('\n')
const inserted = (text: string, at: number, line: string) => lines(text, (all) => all.toSpliced(at, 0, line))
const oneLine = (text: string) => lines(text, ([first = '', ...rest]) => [first, rest.slice(0, -2).join(''), rest.at(-2) ?? '', ''])
const onMarker = (text: string) => lines(text, ([first = '', second = '', ...rest]) => [first + second, ...rest])
const indented = (text: string) => text.replaceAll(/^/gm, '  ')
const longer = (text: string, by: number) => {
  const der = Buffer.concat([Buffer.from(text.replaceAll(/-----.*-----|\s/g, ''), 'base64'), Buffer.alloc(by)])
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`
}

/** Forms that people have in their files, and which of them nginx loads; the line that is told. */
const forms: readonly (readonly [what: string, text: string, loads: number | undefined, line?: number])[] = [
  ['as it was made', both, 2],
  ['without a line end between the two', leaf.cert.trimEnd() + inter.cert, undefined, 1],
  ['with an empty line in the middle', inserted(both, 4, ''), undefined, 1],
  ['with an empty line before the end', leaf.cert.replace('-----END', '\n-----END') + inter.cert, undefined, 1],
  ['with an empty line in the second', leaf.cert + inserted(inter.cert, 3, ''), undefined, leaf.cert.split('\n').length],
  ['with an empty line behind the marker', both.replace('-----\n', '-----\n\n'), 2],
  ['indented by two blanks', indented(both), undefined, 1],
  ['with carriage returns only', both.replaceAll('\n', '\r'), undefined, 1],
  ['with its body on the line of the marker', onMarker(leaf.cert) + inter.cert, undefined, 1],
  ['whose second is indented', leaf.cert + indented(inter.cert), 1],
  ['trusted by OpenSSL', both.replaceAll(' CERT', ' TRUSTED CERT'), 1],
  ['with more behind the first', longer(leaf.cert, 3) + inter.cert, undefined, 1],
  ['with a byte order mark and carriage returns', `\u00ef\u00bb\u00bf${both.replaceAll('\n', '\r\n')}`, 2],
  ['with blanks at its line ends', both.replaceAll('\n', ' \t\n'), 2],
  ['with one long line', oneLine(leaf.cert) + oneLine(inter.cert), 2],
  ['with its key before it', leaf.key + both, 2],
  ['with a damaged key before it', leaf.key.replace('\nM', '\n!') + both, undefined, 1],
  ['with comments and without a last line end', `# one\n${leaf.cert}\n# two\n${inter.cert.trimEnd()}`, 2],
  ['as older programs call it', both.replaceAll(' CERT', ' X509 CERT'), 2],
]

describe('a file is read as OpenSSL reads it for nginx:', () => {
  test.each(forms)('%s', (_what, text, ...[loads, line]) => {
    const bytes = Buffer.from(text, 'latin1')
    const content = contentOf(bytes)
    const told = content.kind === 'certificates' ? content.certificates.length : content
    expect([content.kind, content.kind === 'damaged' ? content.line : told]).toEqual(
      loads === undefined ? ['damaged', line] : ['certificates', loads],
    )
    // Without the leaf it takes the next one, which is not the key's.
    expect(nginxSays(bytes) === 'loads').toBe(loads !== undefined)
  })

  const junk = [
    '\n',
    '\r\n',
    '\r',
    ' ',
    'x',
    '-',
    '=',
    '\0',
    ':',
    'a: b\n',
    '\n\n',
    '\u00e9',
    '-----',
    '# x\n',
    'AAAA',
    ' '.repeat(254),
    'A'.repeat(254),
  ]
  const place = fc.nat({ max: both.length })
  const change = fc.oneof(
    fc.tuple(place, fc.constantFrom(...junk)).map(
      ([from, piece]) =>
        (text: string) =>
          text.slice(0, from) + piece + text.slice(from),
    ),
    fc.tuple(place, fc.integer({ min: 1, max: 3 })).map(
      ([from, count]) =>
        (text: string) =>
          text.slice(0, from) + text.slice(from + count),
    ),
    fc.tuple(fc.nat({ max: 30 }), fc.constantFrom(...junk)).map(
      ([nth, piece]) =>
        (text: string) =>
          lines(text, (all) => all.map((line, index) => (index === nth ? line + piece : line))),
    ),
    fc.constantFrom(
      indented,
      oneLine,
      onMarker,
      (text: string) => text.replaceAll('\n', '\r\n'),
      (text: string) => text.trimEnd(),
    ),
  )

  test('also where it was changed at any place', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.constantFrom('', leaf.key, inter.cert), (changes, more) => {
        const bytes = Buffer.from(changes.reduce((text, one) => one(text), leaf.cert) + more, 'latin1')
        const [says, content] = [nginxSays(bytes), contentOf(bytes)]
        // A certificate that no server sees before the first one, and a key that OpenSSL cannot use, are told although they may load.
        if (says === 'another' || (content.kind === 'damaged' && content.why.includes('not seen by any server'))) return
        const [only] = content.kind === 'certificates' ? content.certificates : []
        if (only !== undefined && readCertificate(only)?.key.type === 'unknown') return
        expect(weSay(bytes)).toBe(says)
      }),
      { numRuns: 150, interruptAfterTimeLimit: 5_000 },
    )
  }, 30_000)
})

test('a file with ten thousand names is read, and they are counted', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `DNS:n${index}.quiz.example`)
  const content = contentOf(Buffer.from(authority.issue({ name: 'quiz.example', by: inter, names }).cert))
  const [der] = content.kind === 'certificates' ? content.certificates : []
  const read = der === undefined ? undefined : readCertificate(der)
  if (read === undefined) throw new Error('not read')
  expect(namesOf(read)).toMatch(/ and 9994 more$/)
  expect(isForName(read, 'n9999.quiz.example')).toBe(true)
})
