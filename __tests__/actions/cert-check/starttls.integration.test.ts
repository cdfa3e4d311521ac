import { createServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createPart } from '../../../src/actions/cert-check/parts/endpoints/part.ts'
import { startTlsPorts } from '../../../src/probes/tls/starttls-steps.ts'
import { createAuthority } from '../../support/authority.ts'
import { found, runPart, troubles } from '../../support/cert-check.ts'
import { listening } from '../../support/http-server.ts'
import { startPostgres } from '../../support/postgres.ts'
import { dialogues, floodingServer, refusals, sayingServer, startTlsServer } from '../../support/starttls-server.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const root = authority.issue({ name: 'Test Root', ca: true, until: 3_650 })
const valid = authority.issue({ name: 'mail.quiz.example', by: root, names: ['DNS:mail.quiz.example'] })
const part = createPart({ timeoutMs: 1_500 })

const protocols = Object.keys(startTlsPorts) as (keyof typeof startTlsPorts)[]
const look = (port: number, starttls: string) =>
  runPart(part, { endpoints: [`127.0.0.1:${port}?starttls=${starttls}&servername=mail.quiz.example`], 'ca-file': root.certPath })

describe('before TLS,', () => {
  test.each(protocols)('%s is spoken, and the certificate behind it is judged', async (protocol) => {
    await using server = await startTlsServer(dialogues[protocol], valid)
    const { findings } = await look(server.port, protocol)
    expect(troubles(findings)).toEqual([])
    expect(found(findings, 'cert.name').observed).toBe('it is for mail.quiz.example')
    // Twice: the second time for the old versions of TLS.
    expect(server.connections()).toBe(2)
  })

  test.each(protocols)('%s is understood in pieces of one byte', async (protocol) => {
    await using server = await startTlsServer(dialogues[protocol], valid, { pieces: true })
    expect(troubles((await look(server.port, protocol)).findings)).toEqual([])
  })

  test.each(protocols)('a server of %s that offers no TLS is told', async (protocol) => {
    await using server = await startTlsServer(refusals[protocol], valid)
    const { findings } = await look(server.port, protocol)
    expect(troubles(findings)).toEqual(['tls.reachable critical'])
    expect(findings[0]?.title).toContain(`it does not change to TLS by ${protocol}`)
    expect(findings[0]?.advice).toContain(`-starttls ${protocol} -showcerts`)
  })

  test.each(protocols)('a server that speaks something else than %s is told at once', async (protocol) => {
    await using server = await sayingServer('HTTP/1.1 400 Bad Request\r\n\r\n')
    const { findings } = await look(server.port, protocol)
    expect(troubles(findings)).toEqual(['tls.reachable critical'])
    expect(findings[0]?.title).toContain('HTTP/1.1 400 Bad Request')
  })

  test.each(protocols)('a greeting of %s without an end is not read to its end', async (protocol) => {
    await using server = await floodingServer(protocol === 'mysql' ? '\u007f' : '220-')
    const startedAt = performance.now()
    expect(troubles((await look(server.port, protocol)).findings)).toEqual(['tls.reachable critical'])
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })

  test('a server that says nothing is waited for as long as any other', async () => {
    await using server = await sayingServer('')
    const { findings } = await look(server.port, 'smtp')
    expect(findings[0]?.title).toMatch(/no answer before TLS within/)
  })

  test('a mail server that keeps strangers waiting, and knows its manners, is waited for', async () => {
    const heard: string[] = []
    await using server = await listening(
      createServer((socket) => {
        socket.write('220-mail.quiz.example ESMTP\r\n')
        // Longer than a handshake may take here.
        setTimeout(() => socket.write('220 mail.quiz.example ESMTP\r\n'), 2_000)
        socket
          .on('error', () => {})
          .on('data', (piece: Buffer) => {
            const said = piece.toString('latin1')
            heard.push(said)
            if (!/^EHLO (?:\[127\.0\.0\.1\]|\S+\.\S+)\r\n$/.test(said) && said.startsWith('EHLO'))
              return socket.write('504 5.5.2 need fully-qualified hostname\r\n')
            if (said.startsWith('EHLO')) return socket.write('250-mail.quiz.example\r\n250 STARTTLS\r\n')
            socket.removeAllListeners('data').pause()
            socket.write('220 go\r\n')
            return new TLSSocket(socket, { isServer: true, key: valid.key, cert: valid.cert }).on('error', () => {})
          })
      }),
    )
    expect(troubles((await look(server.port, 'smtp')).findings)).toEqual([])
    expect(heard[0]).toBe('EHLO [127.0.0.1]\r\n')
  }, 15_000)

  test.each([
    ['smtp', '421 4.3.2 too many connections\r\n'],
    ['ftp', '421 too many users\r\n'],
    ['imap', '* BYE too many connections\r\n'],
    ['pop3', '-ERR [SYS/TEMP] later\r\n'],
  ])('a server of %s that has no time now says so, and is not told to enable TLS', async (protocol, greeting) => {
    await using server = await sayingServer(greeting)
    const [finding] = (await look(server.port, protocol)).findings
    expect(finding?.title).toContain('it is busy: it refuses for now')
    expect(finding?.advice).not.toContain('enable TLS')
  })

  test('a real PostgreSQL changes to TLS', async () => {
    await using server = await startPostgres({
      settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
      files: { 'server.crt': valid.cert, 'server.key': valid.key },
    })
    expect(troubles((await look(server.port, 'postgres')).findings)).toEqual([])
  }, 30_000)

  test('a real PostgreSQL without TLS is told', async () => {
    await using server = await startPostgres()
    const { findings } = await look(server.port, 'postgres')
    expect(findings[0]?.title).toContain('it does not change to TLS by postgres: it does not offer TLS')
  }, 30_000)
})
