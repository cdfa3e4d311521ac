import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type PostgresOptions = {
  /** Lines of postgresql.conf: `{ max_connections: 5 }`. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Written beside the data with the server's owner and mode 0600: certificates and keys. */
  readonly files?: Readonly<Record<string, string>>
  /** The whole pg_hba.conf; by default every connection needs its password. */
  readonly hba?: readonly string[]
  /** The major of the programs from npm, 14 to 18; by default the newest. */
  readonly major?: number
  /** The folder of a server that is stopped just now, whose data this one begins with: a standby, with `standby.signal` in `files`. */
  readonly copyOf?: string
  /** The folder of other `initdb` and `postgres` programs. */
  readonly binaries?: string
}

type Owner = { readonly uid?: number; readonly gid?: number }

/** initdb and postgres refuse to run as root and want an account with a name: `nobody` has this number everywhere. */
export const owner: Owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Ignored by git. */
const templates = fileURLToPath(new URL('../../out/postgres-templates', import.meta.url))

const write = async (path: string, text: string): Promise<void> => {
  await writeFile(path, text, { mode: 0o600 })
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(path, owner.uid, owner.gid)
}

type Cluster = {
  readonly binaries: string
  readonly directory: string
  readonly data: string
  readonly port: number
  readonly options: PostgresOptions
}

/** The data of a new server; gives the password of its superuser. */
export const createCluster = async ({ binaries, directory, data, port, options }: Cluster): Promise<string> => {
  const template = await clusterTemplate(binaries)
  await runToEnd('cp', ['-a', join(options.copyOf ?? template, 'data'), data], {})
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: directory,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '16MB',
    max_connections: 20,
    lc_messages: 'C',
    ...options.settings,
  }
  await write(join(data, 'postgresql.auto.conf'), settingLines(settings))
  await Promise.all(Object.entries(options.files ?? {}).map(([name, text]) => write(join(data, name), text)))
  if (options.hba) await write(join(data, 'pg_hba.conf'), `${options.hba.join('\n')}\n`)
  return readFile(join(template, 'password'), 'utf8')
}

const settingLines = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('')

const runToEnd = async (program: string, args: readonly string[], as: Owner = owner): Promise<string> => {
  const child = spawn(program, args, {
    ...as,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const [exitCode] = await once(child, 'close')
  if (exitCode !== 0) throw new Error(`${basename(program)} ended with ${exitCode}: ${stderr}`)
  return stdout
}

/** What `initdb` makes, once for all servers of these programs: a copy costs a tenth of it. Removed with `out/`. */
const clusterTemplate = async (binaries: string): Promise<string> => {
  const version = await runToEnd(join(binaries, 'postgres'), ['--version'])
  const template = join(templates, version.trim().replaceAll(/[^\w.]+/g, '-'))
  if (existsSync(template)) return template
  const made = await mkdtemp(join(tmpdir(), 'ronde-pg-template-'))
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(made, owner.uid, owner.gid)
  await write(join(made, 'password'), randomBytes(12).toString('hex'))
  const account = ['--username', 'postgres', '--pwfile', join(made, 'password'), '--auth', 'scram-sha-256']
  await runToEnd(join(binaries, 'initdb'), ['--pgdata', join(made, 'data'), '--locale', 'C', '--encoding', 'UTF8', '--no-sync', ...account])
  await mkdir(templates, { recursive: true })
  const near = `${template}.${basename(made)}`
  await runToEnd('cp', ['-a', made, near], {})
  await rm(made, { recursive: true, force: true })
  // Whole or not at all; another worker may have been faster.
  await rename(near, template).catch(() => rm(near, { recursive: true, force: true }))
  return template
}
