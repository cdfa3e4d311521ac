import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { PostgresTarget } from '../../src/contract/database.ts'
import { createSpeakTls } from '../../src/tools/isolation/tunnel.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import { createAuthority } from '../support/authority.ts'
import { oddChains } from '../support/odd-chains.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { failureOf, look, observe } from '../support/postgres-look.ts'
import { targetOf as plainTargetOf } from '../support/postgres-sessions.ts'
import { type SelfSigned, selfSigned } from '../support/self-signed.ts'

jest.setTimeout(30_000)

/** Either in the process of the test, or as an action does it. */
const ways: readonly (readonly [string, Pick<PostgresTarget, 'speakTls'>])[] = [
  ['here', {}],
  [
    'in another process',
    {
      speakTls: createSpeakTls({
        program: { nodePath: process.execPath, flags: [], script: join(process.cwd(), '.build/looker.js'), environment: {} },
        run: createPrograms({ environment: process.env }).run,
      }),
    },
  ],
]

describe.each(ways)('TLS that is spoken %s', (_way, speaking) => {
  const targetOf = (server: PostgresServer, given: Partial<PostgresTarget>) => plainTargetOf(server, { ...given, ...speaking })

  const localhost = selfSigned({ names: ['localhost', '127.0.0.1'] })
  const another = selfSigned({ names: ['elsewhere.example'] })
  const expired = selfSigned({ names: ['127.0.0.1'], notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') })

  const secured = ({ cert, key }: Pick<SelfSigned, 'cert' | 'key'>) =>
    startPostgres({
      settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
      files: { 'server.crt': cert, 'server.key': key },
      hba: ['hostssl all all 127.0.0.1/32 scram-sha-256'],
    })

  let tls: PostgresServer
  beforeAll(async () => {
    tls = await secured(localhost)
  })
  afterAll(() => tls[Symbol.asyncDispose]())

  test.each([
    ['prefer', {}],
    ['allow', {}],
    ['require', {}],
    ['verify-ca', { ca: localhost.cert }],
    ['verify-full', { ca: localhost.cert }],
  ] as const)('a server that insists on it is reached with sslmode=%s', async (mode, given) => {
    expect((await observe(targetOf(tls, { ssl: { mode, ...given } }))).server.major).toBe(18)
  })

  test.each([
    ['disable', 'nothing', {}, 'no-access'],
    ['verify-ca', 'no authority', {}, 'tls-untrusted'],
    ['verify-full', 'no authority', {}, 'tls-untrusted'],
    ['verify-ca', 'another authority', { ca: another.cert }, 'tls-untrusted'],
  ] as const)('sslmode=%s with %s is not let in: %#', async (mode, _, given, kind) => {
    expect((await failureOf(targetOf(tls, { ssl: { mode, ...given } }))).kind).toBe(kind)
  })

  test('only verify-full looks at the name in the certificate', async () => {
    await using misnamed = await secured(another)
    const ssl = (mode: 'verify-ca' | 'verify-full') => targetOf(misnamed, { ssl: { mode, ca: another.cert } })
    expect((await look(ssl('verify-ca'))).answered).toBe(true)
    expect((await failureOf(ssl('verify-full'))).kind).toBe('tls-untrusted')
  })

  const authority = createAuthority()
  afterAll(() => authority[Symbol.dispose]())
  // A PostgreSQL of this kind takes no such leaf itself; the authority above one it does not look at.
  test.each(oddChains(authority).slice(1))('$what is no reason not to log in', async ({ served, root }) => {
    await using odd = await secured(served)
    for (const mode of ['require', 'verify-ca', 'verify-full'] as const)
      expect((await observe(targetOf(odd, { ssl: { mode, ca: root.cert } }))).server.major).toBe(18)
    expect((await failureOf(targetOf(odd, { ssl: { mode: 'verify-full', ca: another.cert } }))).kind).toBe('tls-untrusted')
  })

  test('a certificate out of its dates is told as such', async () => {
    await using old = await secured(expired)
    expect((await failureOf(targetOf(old, { ssl: { mode: 'verify-full', ca: expired.cert } }))).kind).toBe('tls-expired')
  })
})
