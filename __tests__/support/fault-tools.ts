import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A program that is given to the emulator instead of Node: what bash does first (sh loses variables with a dash in their name, as inputs have), then Node as the same process. */
export const nodeAfter = async (folder: string, name: string, lines: readonly string[]): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/bash\nset -e\n${lines.join('\n')}\n`, { mode: 0o755 })
  return path
}

/** The same in a mount namespace of its own: what is mounted there, nobody else sees, and it is gone with the process. Needs root. */
export const nodeAmongMounts = (folder: string, name: string, mounts: readonly string[]): Promise<string> =>
  nodeAfter(folder, name, [
    `exec unshare --mount --propagation private bash -c 'set -e; ${mounts.join('; ')}; exec "$0" "$@"' '${process.execPath}' "$@"`,
  ])

/** An engine's socket that takes every connection and never says a word. */
export const silentSocket = async (): Promise<
  { readonly path: string; readonly host: string; readonly connected: Promise<unknown> } & AsyncDisposable
> => {
  const folder = await mkdtemp(join(tmpdir(), 'ronde-silent-'))
  const path = join(folder, 'docker.sock')
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    // The program on the other end may be killed at any time.
    socket.on('error', () => {})
    sockets.add(socket)
  })
  const connected = once(server, 'connection')
  server.listen(path)
  await once(server, 'listening')
  return {
    path,
    host: `unix://${path}`,
    connected,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** A name server that reads every question and answers none; port 53 needs root. */
export const silentNameServer = async (address: string): Promise<AsyncDisposable> => {
  const socket = createSocket('udp4').bind(53, address)
  await once(socket, 'listening')
  return { [Symbol.asyncDispose]: async () => void socket.close() }
}

/** Command lines of the processes whose environment has this `NAME=value`. */
export const processesWith = async (variable: string): Promise<readonly string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may end while we look.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      if (!environment.split('\0').includes(variable)) return ''
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').join(' ').trim()
    }),
  )
  return found.filter((one) => one !== '')
}
