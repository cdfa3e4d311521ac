/** What a server says in the clear, before a handshake of TLS 1.2 is finished. */
export type PlainAnswer = {
  /** DER, in the order in which they were sent, the leaf first. */
  readonly certificates: readonly Buffer[]
  /** It wants a certificate of the client. */
  readonly asksForCertificate: boolean
}

type Message = { readonly kind: number; readonly body: Buffer }

/** The bytes of all handshake records, as far as they have come; undefined when something else is among them. */
const handshakeBytes = (heard: Buffer): Buffer | undefined => {
  const parts: Buffer[] = []
  for (let at = 0; at + 5 <= heard.length; ) {
    if (heard[at] !== 0x16) return parts.length === 0 ? undefined : Buffer.concat(parts)
    const end = at + 5 + heard.readUInt16BE(at + 3)
    parts.push(heard.subarray(at + 5, end))
    at = end
  }
  return Buffer.concat(parts)
}

const messagesIn = (bytes: Buffer): readonly Message[] => {
  const messages: Message[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUIntBE(at + 1, 3)
    if (end > bytes.length) break
    messages.push({ kind: bytes[at] ?? 0, body: bytes.subarray(at + 4, end) })
    at = end
  }
  return messages
}

/** As many as are looked at of a finished handshake. */
const mostCertificates = 20

const certificatesIn = (body: Buffer): readonly Buffer[] => {
  const found: Buffer[] = []
  for (let at = 3; at + 3 <= body.length && found.length < mostCertificates; ) {
    const end = at + 3 + body.readUIntBE(at, 3)
    if (end > body.length) break
    found.push(body.subarray(at + 3, end))
    at = end
  }
  return found
}

const kinds = { serverHello: 2, certificate: 11, certificateRequest: 13, serverHelloDone: 14 } as const

const isHello12 = ({ kind, body }: Message): boolean => kind === kinds.serverHello && body[0] === 3 && body[1] === 3

/** An answer is over, goes on, or is none. `whole`: up to its end, else up to the certificates. */
export const readPlainAnswer = (heard: Buffer, whole: boolean): PlainAnswer | 'more' | 'refused' => {
  if (heard.length > 0 && heard[0] !== 0x16) return 'refused'
  const messages = messagesIn(handshakeBytes(heard) ?? Buffer.alloc(0))
  const [hello] = messages
  if (hello !== undefined && !isHello12(hello)) return 'refused'
  const certificate = messages.find((one) => one.kind === kinds.certificate)
  const isOver = whole ? messages.some((one) => one.kind === kinds.serverHelloDone) : certificate !== undefined
  if (!isOver) return 'more'
  if (certificate === undefined) return 'refused'
  return {
    certificates: certificatesIn(certificate.body),
    asksForCertificate: messages.some((one) => one.kind === kinds.certificateRequest),
  }
}
