import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

type Act = (socket: Socket) => void

/** Says the same for ever, as fast as it is read. */
export const flood =
  (piece: string | Buffer, head = ''): Act =>
  (socket) => {
    socket.write(head)
    const more = () => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.on('drain', more)
    more()
  }

/** Says a text byte by byte, and then nothing more. */
export const drip =
  (text: string, everyMs = 1): Act =>
  (socket) => {
    let at = 0
    socket.setNoDelay(true)
    const timer = setInterval(() => {
      if (at >= text.length || socket.destroyed) clearInterval(timer)
      else socket.write(text.slice(at, (at += 1)))
    }, everyMs)
  }

/** Says something and leaves the connection open. */
export const say =
  (text: string | Buffer): Act =>
  (socket) =>
    void socket.write(text)

export const sayAndEnd =
  (text: string | Buffer): Act =>
  (socket) =>
    void socket.end(text)

/** A server that does one thing to each connection: at once, or when it has heard something. */
export const startHostile = async (act: Act, when: 'at once' | 'asked' = 'asked') => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    // The other side hangs up in the middle: that is the point.
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    if (when === 'at once') act(socket)
    else socket.once('data', () => act(socket))
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
