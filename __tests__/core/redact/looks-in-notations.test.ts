import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createRedactor } from '../../../src/core/redact/redact.ts'
import { plainLine } from '../../../src/core/text/plain.ts'
import { damages, notations, tells } from '../../support/secret-notations.ts'

const { redact, redactDeep } = createRedactor()

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('')
const word = (length: number) => fc.array(fc.constantFrom(...letters), { minLength: length, maxLength: length }).map((all) => all.join(''))
const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Secrets that nobody told, by kinds: what stands around a generated word. */
const kinds: readonly ((secret: string) => string)[] = [
  (secret) => `ghs_15368_${json({ alg: 'RS256' })}.${json({ iat: 1_763_776_800 })}.${secret}`,
  (secret) => `github_pat_11ABCDEFG0${secret}`,
  (secret) => `xoxe.xoxp-1-${secret}`,
  (secret) => `AIzaSy${secret}`,
  (secret) => `npm_${secret}`,
  (secret) => `pypi-AgEIcHlwaS5vcmc${secret}`,
  (secret) => `dckr_oat_${secret}`,
  (secret) => `hvs.CAESI${secret}`,
  (secret) => `rk_live_51${secret}`,
  (secret) => `https://hooks.slack.com/services/T01234567/B01234567/${secret}`,
  (secret) => `https://discord.com/api/webhooks/123456789012345678/${secret}`,
  (secret) => `amqp://quiz:${secret}@mq:5672/`,
  (secret) => `mongodb+srv://quiz:${secret}@mq.example/quiz?w=1`,
  (secret) => `DB_PASSWORD=${secret}`,
  (secret) => `db_password: ${secret}`,
  (secret) => `{"password":"${secret}"}`,
  (secret) => `Authorization: Bearer ${secret}`,
  (secret) => `Authorization: Basic ${Buffer.from(`quiz:${secret}`).toString('base64')}`,
]

/** What changes the mark itself, and what only a told secret can be known in. */
const beyond = new Set([
  'in capitals',
  'broken into lines',
  'base64 in lines',
  'question marks',
  'an escape that says nothing',
  'strings side by side',
  'quoted-printable whose lines were joined',
  'UTF-8 read as Latin-1',
])
const written = [...notations, ...damages].filter(({ name }) => !beyond.has(name))

test.each(written)('what nobody told is hidden as $name, also in JSON', ({ write }) => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), word(40), (kind, secret) => {
      for (const text of [`error: ${write(kind(secret))} at the end`, JSON.stringify({ body: write(kind(secret)) })])
        expect({ text, told: tells(redact(text), secret) }).toEqual({ text, told: false })
    }),
    { numRuns: 60, seed: 20_261_122 },
  )
})

test('what nobody told is hidden when the end of its line was cut', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), word(40), fc.integer({ min: 8, max: 30 }), (kind, secret, kept) => {
      const text = kind(secret)
      const end = text.indexOf(secret) === -1 ? text.length - 20 : text.indexOf(secret) + kept
      const line = plainLine(`${'x'.repeat(Math.max(0, 198 - end))} ${text}`, 200)
      expect({ line, told: tells(redact(line), secret.slice(0, kept)) }).toEqual({ line, told: false })
    }),
    { numRuns: 300, seed: 20_261_122 },
  )
})

const body = Array.from({ length: 12 }, (_, row) =>
  Buffer.from(Array.from({ length: 48 }, (_, at) => (row * 53 + at * 97 + at * at * 31) % 256)).toString('base64'),
)
const blocks = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'PGP PRIVATE KEY BLOCK']
const rareBlocks = ['ML-DSA-65 PRIVATE KEY', 'OpenVPN Static key V1', 'SSH2 ENCRYPTED PRIVATE KEY']
const keyForms: readonly (readonly [name: string, write: (key: string) => string])[] = [
  ['as it is', (key) => key],
  ['in one line with \\n', (key) => `TLS_KEY="${key.replaceAll('\n', '\\n')}"`],
  ['as JSON in JSON', (key) => JSON.stringify(JSON.stringify({ key }))],
  ['in one line with spaces', (key) => key.replaceAll('\n', ' ')],
  ['indented, as YAML', (key) => key.replace(/^/gm, '    ')],
  ['behind the prefix of a log', (key) => key.replace(/^/gm, 'web-1  | ')],
  ['percent-encoded with +', (key) => encodeURIComponent(key).replaceAll('%20', '+')],
  ['with dashes as entities', (key) => key.replaceAll('-', '&#45;')],
  ['as base64 in lines', (key) => Buffer.from(key).toString('base64').replace(/.{76}/g, '$&\n')],
  ['without its beginning', (key) => key.split('\n').slice(3).join('\n')],
  ['without its beginning, behind the prefix of a log', (key) => key.split('\n').slice(3).join('\n').replace(/^/gm, 'web-1  | ')],
  ['without its end', (key) => key.split('\n').slice(0, 6).join('\n')],
  ['with an invisible character in its mark', (key) => key.replace('BEGIN', 'BE\u200bGIN')],
  ['cut', (key) => plainLine(key.replaceAll('\n', '\\n'), 200)],
]
const decodedRuns = (text: string): string =>
  [text, ...[...text.matchAll(/[A-Za-z0-9+/=\n]{40,}/g)].map(([run]) => Buffer.from(run, 'base64').toString())].join('\n')

describe('a private key is hidden', () => {
  test.each(keyForms)('%s', (_, write) => {
    for (const kind of [...blocks, ...rareBlocks]) {
      const text = write(`-----BEGIN ${kind}-----\n${body.join('\n')}\n-----END ${kind}-----\n`)
      for (const seen of [redact(text), redactDeep(text.split('\n')).join('\n')])
        expect(
          body.filter((line) => decodedRuns(decodeURIComponent(seen.replace(/%(?![0-9a-f]{2})/gi, '%25'))).includes(line.slice(5, 25))),
        ).toEqual([])
    }
  })

  test('when only lines from its middle are seen', () => {
    expect(redact(`before\n${body.slice(2, 8).join('\n')}\nafter`)).toBe('before\n***after')
  })

  test('and hashes under one another are not', () => {
    const hashes = Array.from({ length: 3 }, () => '0f1e2d3c4b5a6978'.repeat(4)).join('\n')
    expect(redact(hashes)).toBe(hashes)
  })
})
