import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, type PostgresServer } from './postgres.ts'

export type PoolMode = 'session' | 'transaction' | 'statement'
type Given = { readonly mode: PoolMode /** Startup parameters that it drops in silence. */; readonly ignored?: readonly string[] }

/** Refused by PgBouncer for root; `nobody` has this number everywhere. */
const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const untilListening = async (port: number): Promise<void> => {
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    const socket = connect(port, '127.0.0.1')
    const heard = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (heard) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('PgBouncer does not listen')
}

/** A real PgBouncer before a server, with one server connection a database, so that what one client leaves the next one finds. */
export const startPgBouncer = async (server: PostgresServer, { mode, ignored = [] }: Given) => {
  const folder = await mkdtemp(join(tmpdir(), 'ronde-pgbouncer-'))
  await chmod(folder, 0o755)
  const port = await freePort()
  const users = join(folder, 'users')
  await writeFile(users, `"${server.user}" "${server.password}"\n`, { mode: 0o600 })
  if (owner.uid !== undefined) await chown(users, owner.uid, owner.gid)
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    auth_type: 'plain',
    auth_file: users,
    pool_mode: mode,
    default_pool_size: 1,
    unix_socket_dir: '',
    ...(ignored.length === 0 ? {} : { ignore_startup_parameters: ignored.join(',') }),
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const file = join(folder, 'pgbouncer.ini')
  await writeFile(file, `[databases]\n* = host=${server.host} port=${server.port}\n[pgbouncer]\n${lines.join('\n')}\n`, { mode: 0o644 })
  const child = spawn('pgbouncer', [file], { ...owner, cwd: '/', stdio: 'ignore' })
  const exited = once(child, 'close')
  const end = async () => {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilListening(port)
  } catch (error) {
    await end()
    throw error
  }
  return { port, [Symbol.asyncDispose]: end }
}
