import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Certificate } from './certificates.ts'
import { listening, type TestServer } from './http-server.ts'

/** What a server says by itself, and what it answers to what it hears; after an answer of `upgrade` it speaks TLS. */
type Dialogue = {
  readonly greeting?: string | Buffer
  readonly answers: readonly (readonly [heard: string, said: string | Buffer])[]
  /** Of the last request; TLS begins right behind it, for its client waits for no answer. */
  readonly requestBytes?: number
}

/** A greeting of protocol 10 whose capabilities hold CLIENT_SSL or not. */
const mysqlGreeting = (withTls: boolean): Buffer => {
  const version = Buffer.from('8.0.36\0')
  const rest = Buffer.alloc(64)
  rest.writeUInt16LE(withTls ? 0x0a00 : 0x0200, 13)
  const body = Buffer.concat([Buffer.from([10]), version, rest])
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  return Buffer.concat([head, body])
}

const ldapAnswer = (code: number): Buffer => Buffer.from(`300c02010178070a01${code.toString(16).padStart(2, '0')}04000400`, 'hex')

/** What real servers say, with the multi-line replies that they like. */
export const dialogues = {
  smtp: {
    greeting: '220-mail.quiz.example ESMTP\r\n220 no spam\r\n',
    answers: [
      ['EHLO', '250-mail.quiz.example\r\n250-STARTTLS\r\n250 SIZE 10000000\r\n'],
      ['STARTTLS', '220 2.0.0 Ready to start TLS\r\n'],
    ],
  },
  imap: { greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n', answers: [['a1 STARTTLS', '* NOOP\r\na1 OK begin TLS\r\n']] },
  pop3: { greeting: '+OK POP3 ready\r\n', answers: [['STLS', '+OK begin TLS\r\n']] },
  ftp: { greeting: '220-Welcome\r\n  to the show\r\n220 ready\r\n', answers: [['AUTH TLS', '234 AUTH TLS ok\r\n']] },
  ldap: { answers: [['1.3.6.1.4.1.1466.20037', ldapAnswer(0)]] },
  postgres: { answers: [['\u0004\u00d2\u0016/', 'S']] },
  mysql: { greeting: mysqlGreeting(true), answers: [[' \0\0\u0001', '']], requestBytes: 36 },
} as const satisfies Record<string, Dialogue>

/** The same servers without TLS. */
export const refusals: Record<keyof typeof dialogues, Dialogue> = {
  smtp: {
    greeting: '220 mail.quiz.example\r\n',
    answers: [
      ['EHLO', '250 mail.quiz.example\r\n'],
      ['STARTTLS', '502 5.5.1 ##[error]not implemented\r\n'],
    ],
  },
  imap: { greeting: '* OK ready\r\n', answers: [['a1 STARTTLS', 'a1 BAD unknown command\r\n']] },
  pop3: { greeting: '+OK\r\n', answers: [['STLS', '-ERR unknown command\r\n']] },
  ftp: { greeting: '220 ready\r\n', answers: [['AUTH TLS', '500 unknown\r\n']] },
  ldap: { answers: [['1466', ldapAnswer(2)]] },
  postgres: { answers: [['\u0004\u00d2\u0016/', 'N']] },
  mysql: { greeting: mysqlGreeting(false), answers: [] },
}

const upgrade = (socket: Socket, { key, cert }: Certificate): void => {
  new TLSSocket(socket, { isServer: true, key, cert }).on('error', () => {})
}

/** Plays a dialogue, then speaks real TLS; with `pieces` it says one byte at a time. */
export const startTlsServer = (dialogue: Dialogue, certificate: Certificate, { pieces = false } = {}): Promise<TestServer> =>
  listening(
    createServer((socket) => {
      const say = (text: string | Buffer) => {
        const bytes = Buffer.from(text as string, 'latin1')
        for (const piece of pieces ? bytes : [bytes]) socket.write(typeof piece === 'number' ? Buffer.from([piece]) : piece)
      }
      const left = [...dialogue.answers]
      const hear = (piece: Buffer) => {
        const [next] = left
        if (next === undefined || !piece.includes(next[0], 0, 'latin1')) return
        left.shift()
        // Nothing of the client's TLS may be read before the upgrade.
        if (left.length === 0) socket.off('data', hear).pause()
        const rest = piece.subarray(dialogue.requestBytes ?? piece.length)
        if (rest.length > 0) socket.unshift(rest)
        if (next[1].length > 0) say(next[1])
        if (left.length === 0 && /^(?!502|500|-ERR|a1 BAD|N$)/.test(next[1].toString('latin1'))) upgrade(socket, certificate)
      }
      socket.on('data', hear)
      if (dialogue.greeting !== undefined) say(dialogue.greeting)
    }),
  )

/** Says this at once, again and again as long as somebody reads: greetings that never end. */
export const floodingServer = (text: string): Promise<TestServer> =>
  listening(
    createServer((socket) => {
      const piece = Buffer.from(text.repeat(Math.ceil(65_536 / text.length)))
      const send = () => {
        while (!socket.destroyed && socket.write(piece));
      }
      socket.on('drain', send)
      send()
    }),
  )

/** Says this at once and nothing more. */
export const sayingServer = (text: string | Buffer): Promise<TestServer> => listening(createServer((socket) => void socket.write(text)))
