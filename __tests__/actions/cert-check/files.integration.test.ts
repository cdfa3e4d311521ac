import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Finding } from '../../../src/contract/finding.ts'
import { type OpensslFiles, opensslFiles } from '../../support/openssl-files.ts'
import { runRonde } from '../../support/ronde.ts'

let files: OpensslFiles
beforeAll(() => {
  files = opensslFiles()
  // Nobody's machine shall be looked at.
  mkdirSync(files.at('none'))
})
afterAll(() => files[Symbol.dispose]())

const check = async (...paths: readonly string[]) => {
  const ran = await runRonde('cert-check', {
    inputs: { files: paths.join('\n'), 'ca-file': files.at('root.pem'), letsencrypt: files.at('none'), 'fail-on': 'never' },
  })
  expect(ran.conclusion).toBe('success')
  const of = (id: string, path: string): Finding | undefined => ran.findings.find((one) => one.id === id && one.subject.endsWith(path))
  return { ...ran, of }
}

/** A file of each kind that people name by mistake: how it is made, its status, a word of its title. */
const rows: readonly (readonly [what: string, make: () => string, status: Finding['status'], word: RegExp])[] = [
  ['a private key', () => files.at('leaf.key'), 'unknown', /is a private key and no certificate/],
  [
    'an RSA key in the old form',
    () => files.write('rsa.key', files.openssl('genrsa', '-traditional', '1024')),
    'unknown',
    /is a private key and no certificate/,
  ],
  [
    'a private key in DER',
    () => {
      files.openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'leaf.key', '-outform', 'DER', '-out', 'key.der')
      return files.at('key.der')
    },
    'unknown',
    /is a private key and no certificate/,
  ],
  [
    'a PKCS#12 store',
    () => {
      files.openssl('pkcs12', '-export', '-in', 'leaf.pem', '-inkey', 'leaf.key', '-passout', 'pass:secret', '-out', 'store.p12')
      return files.at('store.p12')
    },
    'unknown',
    /is a PKCS#12 store/,
  ],
  [
    'a PKCS#7 store',
    () => {
      files.openssl('crl2pkcs7', '-nocrl', '-certfile', 'leaf.pem', '-outform', 'DER', '-out', 'store.p7b')
      return files.at('store.p7b')
    },
    'unknown',
    /is a PKCS#7 store/,
  ],
  ['a request', () => files.at('leaf.csr'), 'unknown', /is a request and no certificate/],
  ['a text', () => files.write('notes.txt', 'not a certificate\n'), 'unknown', /holds no certificate/],
  [
    'a file of 50 MB',
    () => {
      const path = files.write('large.pem', '')
      truncateSync(path, 50_000_000)
      return path
    },
    'unknown',
    /too large for a certificate/,
  ],
  ['a folder', () => files.at('.').replace(/\/\.$/, ''), 'unknown', /is a folder/],
  [
    'a pipe that nobody writes to',
    () => {
      execFileSync('mkfifo', [files.at('pipe.pem')])
      return files.at('pipe.pem')
    },
    'unknown',
    /is no regular file/,
  ],
  [
    'a link to nothing',
    () => {
      symlinkSync('gone.pem', files.at('dangling.pem'))
      return files.at('dangling.pem')
    },
    'critical',
    /is a link to nothing/,
  ],
  ['a path where nothing is', () => files.at('nothing.pem'), 'critical', /is not there/],
  ['an empty file', () => files.write('empty.pem', ''), 'critical', /is empty/],
  ['a PEM file that was cut', () => files.write('cut.pem', files.read('leaf.pem').slice(0, 300)), 'critical', /is damaged/],
  [
    'a PEM file whose second certificate was cut',
    () => files.write('cut-chain.pem', files.read('leaf.pem') + files.read('middle.pem').slice(0, 200)),
    'critical',
    /is damaged/,
  ],
  [
    'a PEM file with a flipped byte',
    () => files.write('flipped.pem', files.read('leaf.pem').replace(/\nMII/, '\nAII')),
    'critical',
    /is damaged/,
  ],
]

describe('what is no certificate', () => {
  test('each mistake is a finding of its own, says what stands there, and hides no other', async () => {
    const paths = rows.map(([, make]) => make())
    const started = performance.now()
    const ran = await check(files.at('leaf.pem'), ...paths)
    expect(performance.now() - started).toBeLessThan(10_000)
    const told = rows.map(([what], index) => {
      const found = ran.of('cert.file', `file:${paths[index]}`)
      return [what, found?.status, found?.title, found?.check]
    })
    expect(told).toEqual(rows.map(([what, , status, word]) => [what, status, expect.stringMatching(word), 'files']))
    expect(ran.of('cert.expiry', files.at('leaf.pem'))?.status).toBe('ok')
    expect(ran.reports[0]?.scope).not.toContain('files')
  })

  test('nothing of a private key is printed or reported', async () => {
    const ran = await check(files.at('leaf.key'))
    const body = files.read('leaf.key').split('\n').slice(1, -2)
    const all = `${ran.log}${ran.summary}${JSON.stringify(ran.reports)}`
    expect(body.filter((line) => all.includes(line))).toEqual([])
    expect(ran.of('cert.file', 'leaf.key')?.advice).toMatch(/sudo chmod 600 .*leaf\.key$/)
  })
})

describe('what is a certificate', () => {
  test('PEM with text around it and in between, a chain in order, is judged by its leaf and its chain', async () => {
    const text = files.openssl('x509', '-in', 'leaf.pem', '-text')
    const path = files.write('full chain.pem', `# served by nginx\r\n${text}\nissued by\n${files.read('middle.pem')}\nend\n`)
    const ran = await check(path)
    expect(ran.findings.filter((one) => one.check === 'files').map((one) => [one.id, one.status])).toEqual([
      ['cert.file', 'ok'],
      ['cert.expiry', 'ok'],
      ['cert.chain-expiry', 'ok'],
      ['cert.not-yet-valid', 'ok'],
      ['cert.strength', 'ok'],
      ['cert.order', 'ok'],
      ['cert.incomplete', 'ok'],
      ['cert.lifetime', 'ok'],
    ])
    expect(ran.of('cert.file', path)?.observed).toBe('2 certificates, PEM')
    expect(ran.outputs).toMatchObject({ 'expires-in-days': '89', certificates: '1' })
    expect(ran.reports[0]?.scope).toContain('files')
  })

  test.each([
    [
      'DER',
      () => files.openssl('x509', '-in', 'leaf.pem', '-outform', 'DER', '-out', 'leaf.der') + files.at('leaf.der'),
      '1 certificate, DER',
    ],
    [
      'with its key in the same file',
      () => files.write('combined.pem', files.read('leaf.key') + files.read('leaf.pem')),
      '1 certificate, PEM, with a private key in the same file',
    ],
    [
      'a bundle of authorities',
      () => files.write('bundle.pem', Array.from({ length: 30 }, () => files.read('root.pem')).join('')),
      '20 certificates and more, which are not looked at, PEM',
    ],
  ])('%s is read', async (_what, make, observed) => {
    const path = make()
    const ran = await check(path)
    expect(ran.of('cert.file', path)?.observed).toBe(observed)
    expect(ran.findings.filter((one) => one.status !== 'ok')).toEqual([])
  })

  test('a fullchain.pem that holds the leaf alone is incomplete, unless its authority is a root that is known', async () => {
    mkdirSync(files.at('alone'))
    const path = files.write('alone/fullchain.pem', files.read('leaf.pem'))
    expect((await check(path)).of('cert.incomplete', path)?.status).toBe('critical')
    expect((await check(files.at('leaf.pem'))).of('cert.incomplete', 'leaf.pem')).toBeUndefined()
    mkdirSync(files.at('private'))
    const own = files.write('private/fullchain.pem', files.read('middle.pem'))
    const inputs = { files: own, 'ca-file': files.at('root.pem'), letsencrypt: files.at('alone'), 'fail-on': 'never' }
    const { findings } = await runRonde('cert-check', { inputs })
    expect(findings.find((one) => one.id === 'cert.incomplete')?.status).toBe('ok')
  })

  test('a chain in the wrong order is a warning', async () => {
    const path = files.write('order.pem', files.read('leaf.pem') + files.read('root.pem') + files.read('middle.pem'))
    expect((await check(path)).of('cert.order', path)?.status).toBe('warning')
  })
})

describe('patterns', () => {
  test('a pattern names every file that it matches, and a file that two patterns match is judged once', async () => {
    mkdirSync(files.at('live/one'), { recursive: true })
    mkdirSync(files.at('live/two'), { recursive: true })
    files.write('live/one/fullchain.pem', files.read('leaf.pem'))
    files.write('live/two/fullchain.pem', files.read('middle.pem'))
    files.write('live/README', 'no folder')
    const ran = await check(files.at('live/*/fullchain.pem'), files.at('live/[o]ne/full*.pem'))
    expect(ran.findings.filter((one) => one.id === 'cert.expiry').map((one) => one.subject)).toEqual([
      `file:${files.at('live/one/fullchain.pem')}`,
      `file:${files.at('live/two/fullchain.pem')}`,
    ])
    expect(ran.of('cert.files', 'live/*/fullchain.pem')?.observed).toBe('2 files')
  })

  test('a pattern that matches nothing is a warning', async () => {
    const ran = await check(files.at('live/*/nothing*.pem'))
    expect(ran.of('cert.files', 'nothing*.pem')).toMatchObject({ status: 'warning', observed: '0 files' })
  })
})
