/** Connects to a port under several names, first as Node does it by itself, then through Ronde's door, and prints both verdicts of each. */
import { connect } from 'node:tls'
import { loadTls } from '../../../src/core/net/tls.ts'

const [port = '', ...names] = process.argv.slice(2)
const verdict = (by: typeof connect, servername: string): Promise<string> =>
  new Promise((settle) => {
    const host = '127.0.0.1'
    const socket = by({ host, port: Number(port), ...(servername === host ? {} : { servername }) }, () => {
      settle(socket.authorized ? 'authorized' : 'not authorized')
      socket.destroy()
    })
    socket.once('error', (error) => settle('code' in error ? String(error.code) : error.message))
  })
const all = async (by: typeof connect) => {
  const verdicts: string[] = []
  for (const name of names) verdicts.push(await verdict(by, name))
  return verdicts
}
const byNode = await all(connect)
const { prototype } = loadTls().TLSSocket
// Counts how often Node asks a socket to describe its peer: if it asks elsewhere one day, ours is passed by.
const described = Reflect.get(prototype, 'getPeerCertificate') as (this: unknown) => unknown
let asked = 0
Reflect.set(prototype, 'getPeerCertificate', function (this: unknown) {
  asked += 1
  return Reflect.apply(described, this, [])
})
console.log(JSON.stringify({ byNode, byUs: await all(connect), asked }))
