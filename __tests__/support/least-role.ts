import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PostgresServer } from './postgres.ts'
import { openSession } from './postgres-sessions.ts'
import { temporaryFolder } from './ronde.ts'

export type LeastRole = {
  readonly role: string
  readonly database: string
  readonly schema: string
  readonly maintain?: 'yes'
  readonly signal?: 'yes'
}

const script = readFileSync('docs/least-role.sql', 'utf8')
const psql = '/usr/bin/psql'

const withoutParts = (text: string, variables: LeastRole): string =>
  text.replace(/^\\if :\{\?(\w+)\}\n([\s\S]*?)^\\endif\n/gm, (_, name: string, part: string) => (name in variables ? part : ''))

/** What psql would send: its few commands and variables. */
const interpreted = (text: string, variables: LeastRole): string =>
  withoutParts(text, variables)
    .replace(/^\\.*$/gm, '')
    .replace(/:(["'])(\w+)\1/g, (_, quote: string, name: string) => {
      const value = String(variables[name as keyof LeastRole])
      return `${quote}${value.replaceAll(quote, quote + quote)}${quote}`
    })

const byPsql = async (server: PostgresServer, text: string, variables: LeastRole): Promise<void> => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'least-role.sql')
  await writeFile(file, text)
  const given = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`])
  await promisify(execFile)(psql, ['--no-psqlrc', '--quiet', ...given, '--file', file, server.url])
}

/** Runs `docs/least-role.sql` as a person does, with psql where there is one; `change` leaves something out of it. */
export const runLeastRole = async (
  server: PostgresServer,
  variables: LeastRole,
  change: (text: string) => string = (text) => text,
): Promise<void> => {
  if (existsSync(psql)) return byPsql(server, change(script), variables)
  await using admin = await openSession(server, { database: variables.database })
  await admin.query(interpreted(change(script), variables))
}
