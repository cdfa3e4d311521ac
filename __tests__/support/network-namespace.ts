import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A network of its own, with a server on its loopback that nobody outside can reach. Needs root. */
export type NetworkNamespace = {
  /** A process that lives in it. */
  readonly pid: number
  readonly port: number
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** Answers HTTP with where the request came from; told by JSON on its first line what it listens on. */
const server = `
const server = require('node:http').createServer((request, response) => response.end('inside ' + request.headers.host))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

const firstLine = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error('no output to read')
  const [piece] = (await once(child.stdout, 'data')) as [Buffer]
  return piece.toString('utf8').trim()
}

/** Stands for a container: what Docker gives one is such a namespace. */
export const networkNamespace = async (): Promise<NetworkNamespace> => {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && exec "$0" -e "$1"', process.execPath, server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = Number(await firstLine(child))
  return {
    pid: child.pid ?? 0,
    port,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
