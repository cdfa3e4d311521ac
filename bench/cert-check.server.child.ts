/** The server of `bench/cert-check.ts`, in a process of its own: TLS at every loopback address, and a port that takes connections and says nothing. Prints both ports. */
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

const [key = '', cert = ''] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'))
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'
const secure = createTlsServer({ key, cert }, (socket) => {
  socket.on('error', () => {})
  socket.once('data', () => socket.end(answer))
}).on('tlsClientError', () => {})
const hole = createServer((socket) => {
  socket.on('error', () => {})
  socket.resume()
})
secure.listen(0, '0.0.0.0', 1_024, () => {
  hole.listen(0, '0.0.0.0', 1_024, () => {
    console.log(`${(secure.address() as AddressInfo).port} ${(hole.address() as AddressInfo).port}`)
  })
})
process.once('disconnect', () => process.exit())
