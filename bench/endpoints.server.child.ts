/** The server of `bench/endpoints.ts`, in a process of its own: `/fast` at once, `/slow` after 200 ms, `/hang` never. Prints its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  if (request.url?.startsWith('/hang')) return
  setTimeout(() => response.end('{"status":"ok"}'), request.url?.startsWith('/slow') ? 200 : 0)
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
