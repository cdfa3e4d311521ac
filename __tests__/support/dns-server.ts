import { createSocket } from 'node:dgram'

/** `drop`: never answers. Otherwise a code of the DNS, or addresses by name (an unknown name does not exist). */
export type DnsBehaviour = 'drop' | 'servfail' | 'refused' | Readonly<Record<string, readonly string[]>>

export type DnsServer = {
  /** For `setServers`: `127.0.0.1:PORT`. */
  readonly address: string
  /** The names that were asked, in order. */
  readonly asked: readonly string[]
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const codes = { servfail: 2, nxdomain: 3, refused: 5 } as const
const typeA = 1
const typeAaaa = 28

const nameIn = (message: Buffer): { readonly name: string; readonly end: number } => {
  const labels: string[] = []
  let at = 12
  while ((message[at] ?? 0) !== 0) {
    const length = message[at] ?? 0
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))

const bytesOf = (address: string): Buffer => {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const missing = 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const reply = (query: Buffer, questionEnd: number, code: number, answers: readonly Buffer[]): Buffer => {
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(answers.length, 6)
  head.writeUInt32BE(0, 8)
  return Buffer.concat([head, query.subarray(12, questionEnd), ...answers])
}

const record = (type: number, address: string): Buffer => {
  const data = bytesOf(address)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

const answerTo = (query: Buffer, behaviour: Exclude<DnsBehaviour, 'drop'>): Buffer => {
  const { name, end } = nameIn(query)
  const answer = (code: number, records: readonly Buffer[] = []) => reply(query, end + 4, code, records)
  if (behaviour === 'servfail' || behaviour === 'refused') return answer(codes[behaviour])
  const addresses = Object.hasOwn(behaviour, name) ? behaviour[name] : undefined
  if (addresses === undefined) return answer(codes.nxdomain)
  const type = query.readUInt16BE(end)
  const wanted = addresses.filter((one) => type === (one.includes(':') ? typeAaaa : typeA))
  return answer(
    0,
    wanted.map((one) => record(type, one)),
  )
}

/** A name server on loopback over UDP: enough of RFC 1035 for A and AAAA. */
export const dnsServer = async (
  behaviour: DnsBehaviour,
  { delayMs = 0, dropped }: { readonly delayMs?: number; readonly dropped?: 'AAAA' } = {},
): Promise<DnsServer> => {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, from) => {
    asked.push(nameIn(query).name)
    if (behaviour === 'drop' || (dropped !== undefined && query.readUInt16BE(nameIn(query).end) === typeAaaa)) return
    const answer = answerTo(query, behaviour)
    if (delayMs === 0) return socket.send(answer, from.port, from.address)
    setTimeout(() => socket.send(answer, from.port, from.address), delayMs).unref()
  })
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve)
  })
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        socket.close(() => resolve())
      }),
  }
}
