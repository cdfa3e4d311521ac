import { elementsOf, readDer } from '../../domain/x509/der.ts'

/** Protocols that speak in the clear before they change to TLS, with their usual port. */
export const startTlsPorts = { smtp: 587, imap: 143, pop3: 110, ftp: 21, ldap: 389, postgres: 5432, mysql: 3306 } as const

export type StartTls = keyof typeof startTlsPorts

/** What an answer is, as far as it has come. `said`: its words, untrusted. */
export type GreetingReading =
  | { readonly is: 'more' }
  | { readonly is: 'done'; readonly bytes: number }
  | { readonly is: 'refused'; readonly said: string }

export type AnswerReader = (heard: Buffer) => GreetingReading
/** One turn of a conversation: what is said, which may name the address that we speak from, and how the answer is read, if there is one. */
export type GreetingStep = { readonly say?: string | Buffer | ((localAddress: string) => string); readonly read?: AnswerReader }

const more: GreetingReading = { is: 'more' }
const longestWords = 200
/** An answer may come byte by byte and is read again with each: this keeps that cheap. */
const mostLines = 100

const refused = (heard: Buffer): GreetingReading => ({
  is: 'refused',
  said: heard.toString('latin1', 0, longestWords).split(/[\r\n]/, 1)[0] ?? '',
})

/** Lines up to the one that ends the answer by `last`; it must also match `good`. */
const lines =
  (last: RegExp, good: RegExp): AnswerReader =>
  (heard) => {
    let [from, count] = [0, 0]
    for (let newline = heard.indexOf(10); newline !== -1; newline = heard.indexOf(10, from)) {
      count += 1
      if (count > mostLines) return { is: 'refused', said: 'an answer without an end' }
      const line = heard.toString('latin1', from, newline).replace(/\r$/, '')
      from = newline + 1
      if (last.test(line)) return good.test(line) ? { is: 'done', bytes: from } : refused(Buffer.from(line, 'latin1'))
    }
    return more
  }

/** The last line of a reply of SMTP and FTP; anything that is no reply ends it too. */
const reply = (code: string): AnswerReader => lines(/^(?!\d{3}-)/, new RegExp(`^${code}(?: |$)`))
/** FTP may write anything between the first and the last line of a reply. */
const ftpReply =
  (code: string): AnswerReader =>
  (heard) =>
    /^\d{3}-/.test(heard.toString('latin1', 0, 4)) ? lines(/^\d{3} /, new RegExp(`^${code} `))(heard) : reply(code)(heard)

/** CLIENT_SSL */
const clientSsl = 0x0800

/** A packet of MySQL: three bytes of length, a number, the content. */
const mysqlGreeting: AnswerReader = (heard) => {
  if (heard.length < 4) return more
  const end = 4 + heard.readUIntLE(0, 3)
  const protocol10 = 10
  if (end < 36 || (heard[4] ?? protocol10) !== protocol10) return refused(heard[4] === 0xff ? heard.subarray(7) : heard)
  if (heard.length < end) return more
  const afterVersion = heard.indexOf(0, 5) + 1
  // Thread (4 bytes), scramble (8), filler (1), then the lower half of what the server can do.
  const capabilities = afterVersion === 0 || afterVersion + 15 > end ? 0 : heard.readUInt16LE(afterVersion + 13)
  return (capabilities & clientSsl) === 0 ? { is: 'refused', said: 'it does not offer TLS' } : { is: 'done', bytes: end }
}
const mysqlRequest = (): Buffer => {
  const packet = Buffer.alloc(36)
  packet.writeUIntLE(32, 0, 3)
  packet[3] = 1
  // With CLIENT_PROTOCOL_41 and CLIENT_SECURE_CONNECTION.
  packet.writeUInt32LE(clientSsl | 0x0200 | 0x8000, 4)
  packet.writeUInt32LE(0x00ff_ffff, 8)
  packet[12] = 45
  return packet
}

/** LDAPMessage 1: ExtendedRequest 1.3.6.1.4.1.1466.20037. */
const ldapRequest = Buffer.concat([Buffer.from('301d02010177188016', 'hex'), Buffer.from('1.3.6.1.4.1.1466.20037')])
const ldapResponse: AnswerReader = (heard) => {
  if (heard.length >= 1 && heard[0] !== 0x30) return refused(heard)
  const message = readDer(heard)
  if (message === undefined) return more
  const [, response] = elementsOf(message.content)
  const [code, , words] = response?.tag === 0x78 ? elementsOf(response.content) : []
  if (code?.content.length === 1 && code.content[0] === 0) return { is: 'done', bytes: message.whole.length }
  return { is: 'refused', said: words?.content.toString('latin1', 0, longestWords) || 'it refuses StartTLS' }
}

const postgresAnswer: AnswerReader = (heard) => {
  if (heard[0] === 0x53) return { is: 'done', bytes: 1 }
  return heard[0] === 0x4e ? { is: 'refused', said: 'it does not offer TLS' } : refused(heard)
}

/** A name that is none is refused by careful servers; an address of ours is always one (RFC 5321, 4.1.3). */
const ehlo = (localAddress: string): string => {
  const address = (localAddress.split('%', 1)[0] ?? '').replace(/^::ffff:(?=[\d.]+$)/, '')
  return `EHLO [${address.includes(':') ? `IPv6:${address}` : address || '127.0.0.1'}]\r\n`
}

/** Each protocol's way to TLS. */
export const steps: Record<StartTls, readonly GreetingStep[]> = {
  smtp: [{ read: reply('220') }, { say: ehlo, read: reply('250') }, { say: 'STARTTLS\r\n', read: reply('220') }],
  imap: [{ read: lines(/^/, /^\* OK\b/i) }, { say: 'a1 STARTTLS\r\n', read: lines(/^a1 /, /^a1 OK\b/i) }],
  pop3: [{ read: lines(/^/, /^\+OK\b/) }, { say: 'STLS\r\n', read: lines(/^/, /^\+OK\b/) }],
  ftp: [{ read: ftpReply('220') }, { say: 'AUTH TLS\r\n', read: ftpReply('234') }],
  ldap: [{ say: ldapRequest, read: ldapResponse }],
  postgres: [{ say: Buffer.from('0000000804d2162f', 'hex'), read: postgresAnswer }],
  mysql: [{ read: mysqlGreeting }, { say: mysqlRequest() }],
}
