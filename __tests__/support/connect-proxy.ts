import { createServer } from 'node:http'
import { connect } from 'node:net'
import { listening, type TestServer } from './http-server.ts'

/** A proxy that opens tunnels, as the variable `https_proxy` names one. */
export const connectProxy = async (): Promise<TestServer & { readonly tunnels: () => number }> => {
  let tunnels = 0
  const server = createServer()
  server.on('connect', ({ url = '' }, client) => {
    tunnels += 1
    const { hostname, port } = new URL(`http://${url}`)
    const there = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(there).pipe(client)
    })
    for (const socket of [client, there]) socket.on('error', () => {})
  })
  return { ...(await listening(server)), tunnels: () => tunnels }
}
