import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresTarget } from '../../contract/database.ts'

/** A connection as PostgreSQL's programs take it. */
export type LibpqAccess = {
  readonly target: PostgresTarget
  /** By this name its session is found on the server. */
  readonly application: string
}

/** The folder in which files of an access are written, and by what path the program finds it. */
export type AccessFolder = { readonly here: string; readonly there: string }

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(':', '\\:')

const none = '/dev/null'

const write = (folder: AccessFolder, name: string, text: string): Promise<void> =>
  writeFile(join(folder.here, name), text, { mode: 0o600, flag: 'wx' })

const certificates = async ({ ssl }: PostgresTarget, folder: AccessFolder): Promise<Record<string, string>> => {
  const files = { PGSSLROOTCERT: ssl.ca, PGSSLCERT: ssl.cert, PGSSLKEY: ssl.key }
  const found: Record<string, string> = {}
  for (const [variable, text] of Object.entries(files)) {
    if (text === undefined) continue
    await write(folder, variable, text)
    found[variable] = join(folder.there, variable)
  }
  return found
}

/** The certificate's name where it is not the host's: libpq takes the address beside it. */
const addressOf = ({ host, ssl }: PostgresTarget): Record<string, string> =>
  ssl.servername === undefined ? { PGHOST: host } : { PGHOST: ssl.servername, PGHOSTADDR: host }

/**
 * The environment of a program of PostgreSQL: it takes nothing from files or variables of the runner. The password is in a file, 0600, for what stands in
 * the environment of a container can be read by `docker inspect`.
 */
export const libpqEnvironment = async ({ target, application }: LibpqAccess, folder: AccessFolder): Promise<Record<string, string>> => {
  const { port, database, user, password, ssl, requireAuth } = target
  if (password !== undefined) await write(folder, 'passfile', `*:*:*:*:${escaped(password)}\n`)
  return {
    ...addressOf(target),
    PGPORT: `${port}`,
    PGDATABASE: database,
    PGUSER: user,
    PGPASSFILE: password === undefined ? none : join(folder.there, 'passfile'),
    PGSERVICEFILE: none,
    PGSYSCONFDIR: none,
    PGSSLMODE: target.host.startsWith('/') ? 'disable' : ssl.mode,
    PGAPPNAME: application,
    PGCONNECT_TIMEOUT: '10',
    PGCLIENTENCODING: 'UTF8',
    PGTZ: 'UTC',
    ...(requireAuth === undefined ? {} : { PGREQUIREAUTH: requireAuth }),
    ...(await certificates(target, folder)),
  }
}
