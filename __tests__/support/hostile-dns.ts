import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** What a name server does with a question for a name. `udp` answers a datagram; `tcp` is what it says over a connection to whoever comes back by TCP. */
export type DnsAct = { readonly udp: (query: Buffer) => readonly Buffer[]; readonly tcp?: (query: Buffer, socket: Socket) => void }

const flags = (query: Buffer, word: number, answers: number): Buffer => {
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(word, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(Math.min(answers, 0xffff), 6)
  head.writeUInt32BE(0, 8)
  return head
}

const question = (query: Buffer): Buffer => {
  let at = 12
  while ((query[at] ?? 0) !== 0) at += 1 + (query[at] ?? 0)
  return query.subarray(12, at + 5)
}

export const nameOf = (query: Buffer): string => {
  const labels: string[] = []
  for (let at = 12; (query[at] ?? 0) !== 0; at += 1 + (query[at] ?? 0))
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)))
  return labels.join('.').toLowerCase()
}

const isForA = (query: Buffer): boolean => question(query).readUInt16BE(question(query).length - 4) === 1

export const label = (name: string): Buffer =>
  Buffer.concat([...name.split('.').map((one) => Buffer.concat([Buffer.from([one.length]), Buffer.from(one)])), Buffer.from([0])])

export const record = (owner: Buffer, type: number, data: Buffer, ttl = 60): Buffer => {
  const head = Buffer.alloc(10)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(1, 2)
  head.writeUInt32BE(ttl, 4)
  head.writeUInt16BE(data.length, 8)
  return Buffer.concat([owner, head, data])
}

const same = Buffer.from([0xc0, 0x0c])
export const address = (text: string, owner: Buffer = same): Buffer => record(owner, 1, Buffer.from(text.split('.').map(Number)))
export const alias = (to: string, owner: Buffer = same): Buffer => record(owner, 5, label(to))

/** An answer that says what it says; `word` are the flags, 0x8180 for a good one and 0x8380 for one that was cut. */
export const reply = (query: Buffer, answers: readonly Buffer[], word = 0x8180): Buffer =>
  Buffer.concat([flags(query, word, answers.length), question(query), ...answers])

/** Only questions for an IPv4 address are answered with these; there is no other. */
export const forA =
  (answers: (query: Buffer) => readonly Buffer[]): DnsAct['udp'] =>
  (query) => [reply(query, isForA(query) ? answers(query) : [])]

const framed = (message: Buffer): Buffer => Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message])
export const byTcp =
  (answers: readonly Buffer[]): NonNullable<DnsAct['tcp']> =>
  (query, socket) =>
    void socket.write(framed(reply(query, answers)))

const answerTcp = (acts: Readonly<Record<string, DnsAct>>, socket: Socket): void => {
  socket.on('error', () => {})
  socket.on('data', (piece: Buffer) => {
    const query = piece.subarray(2)
    if (query.length > 12) acts[nameOf(query)]?.tcp?.(query, socket)
  })
}

const answerUdp = (acts: Readonly<Record<string, DnsAct>>, socket: UdpSocket, query: Buffer, from: RemoteInfo): void => {
  const act = acts[nameOf(query)]
  // A name that nobody listed does not exist.
  const answers = act === undefined ? [reply(query, [], 0x8183)] : act.udp(query)
  for (const one of answers) socket.send(one, from.port, from.address)
}

/** A name server on port 53 of a loopback address, which does with each name what is said here. Needs root. */
export const hostileDns = async (at: string, acts: Readonly<Record<string, DnsAct>>): Promise<AsyncDisposable> => {
  const sockets = new Set<Socket>()
  const udp = createSocket('udp4').bind(53, at)
  udp.on('message', (query, from) => answerUdp(acts, udp, query, from))
  const tcp = createServer((socket) => {
    sockets.add(socket)
    answerTcp(acts, socket)
  }).listen(53, at)
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')])
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      udp.close()
      tcp.close()
    },
  }
}
