/** What the relay is told. */
export type RelayJob = {
  /** A Unix socket of ours, in a folder that only we can enter. */
  readonly socketPath: string
  readonly hostname: string
  readonly port: number
  /** A process of the container: its own /etc/hosts and /etc/resolv.conf are read through it. */
  readonly pid: number
  /** Whom the relay becomes before it opens anything; not at all when it does not run as root. */
  readonly uid: number
  readonly gid: number
}

/** A line that the relay writes into the socket. After `addresses` it waits for one of ours; after `address` follow the connection's own bytes. */
export type RelayWord =
  | { readonly addresses: readonly string[] }
  | { readonly address: string; readonly dnsMs: number; readonly connectMs: number }
  | { readonly failed: 'dns' | 'connect'; readonly codes: readonly string[] }

/**
 * Runs inside the container's network namespace and does nothing but look a name up, connect, and pass bytes: HTTP, TLS and every
 * secret stay in our own process. It is text because it is given to another Node on its standard input, also from the bundle.
 * A path-bound Unix socket crosses network namespaces; the file system is still ours.
 */
const source = `
import { lstatSync, readFileSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
const read = (path) => {
  try { return lstatSync(path).size < 1e6 && lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '' } catch { return '' }
}
const words = (path) => read('/proc/' + job.pid + '/root' + path).split('\\n').map((line) => line.replace(/#.*/, '').trim().split(/\\s+/))
const hosts = words('/etc/hosts').filter(([, ...names]) => names.includes(job.hostname)).map(([address]) => address)
const servers = words('/etc/resolv.conf').filter(([key, at]) => key === 'nameserver' && isIP(at)).map(([, at]) => at)
if (process.getuid() === 0 && job.uid !== 0) { process.setgroups([]); process.setgid(job.gid); process.setuid(job.uid) }
const up = connect(job.socketPath)
up.on('error', () => process.exit(1))
const say = (word) => up.write(JSON.stringify(word) + '\\n')
const codesOf = (error) => (error.errors ?? [error]).map((one) => String(one.code))
const lookUp = async () => {
  if (isIP(job.hostname)) return [job.hostname]
  if (hosts.length > 0) return hosts
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers(servers.length > 0 ? servers : ['127.0.0.11'])
  const answers = await Promise.allSettled([resolver.resolve4(job.hostname), resolver.resolve6(job.hostname)])
  const found = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  if (found.length === 0) throw { errors: answers.map((one) => one.reason ?? { code: 'ENODATA' }) }
  return found
}
const startedAt = performance.now()
lookUp().then(async (addresses) => {
  const resolvedAt = performance.now()
  say({ addresses })
  await once(up, 'data')
  up.pause()
  const askedMs = performance.now() - resolvedAt
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  const down = connect({ host: 'several', port: job.port, autoSelectFamily: true, lookup: (h, o, found) => found(null, all) })
  const failed = (error) => { say({ failed: 'connect', codes: codesOf(error) }); up.end() }
  down.once('error', failed)
  down.once('connect', () => {
    down.off('error', failed)
    down.on('error', () => up.destroy())
    up.on('close', () => down.destroy())
    say({ address: down.remoteAddress, dnsMs: resolvedAt - startedAt, connectMs: performance.now() - resolvedAt - askedMs })
    down.pipe(up)
    up.pipe(down)
  })
}, (error) => { say({ failed: 'dns', codes: codesOf(error) }); up.end() })
`

/** A whole program for `node --input-type=module -`. JSON is JavaScript, so the job is simply its first line. */
export const relayScript = (job: RelayJob): string => `const job = ${JSON.stringify(job)}\n${source}`
