import { scramVerifier } from '../../domain/restore/scram.ts'
import type { PostgresSession } from '../connect/session.ts'
import { literal } from '../scratch/load.ts'

export type RestoreLogins = { readonly loader: string; readonly reader: string }

const daysValid = 2
const dayMs = 86_400_000

const statementsFor = (session: PostgresSession, { loader, reader }: RestoreLogins, password: string): readonly string[] => {
  const until = new Date(Date.now() + daysValid * dayMs).toISOString()
  const login = `LOGIN PASSWORD ${literal(scramVerifier(password))} VALID UNTIL ${literal(until)}`
  return [
    `CREATE ROLE ${session.quoted(loader)} ${login}`,
    // Waits for no disk while it loads: the swap's own commit does, and with it all before it.
    `ALTER ROLE ${session.quoted(loader)} SET synchronous_commit = off`,
    `ALTER ROLE ${session.quoted(loader)} SET maintenance_work_mem = '128MB'`,
    `CREATE ROLE ${session.quoted(reader)} ${login} BYPASSRLS IN ROLE pg_read_all_data`,
  ]
}

/** Makes the role that loads, which is nobody's member, and the role that compares, which reads and may do nothing else. */
export const createRestoreRoles = async (session: PostgresSession, logins: RestoreLogins, password: string): Promise<void> => {
  await session.query(statementsFor(session, logins, password).join(';\n'))
}

const terminateSql =
  'SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE usename OPERATOR(pg_catalog.=) $1'

/** Ends their sessions and drops them; what they own is gone by then, or belongs to somebody else. */
export const dropRestoreRoles = async (session: PostgresSession, { loader, reader }: RestoreLogins): Promise<void> => {
  for (const role of [loader, reader]) {
    await session.ask(terminateSql, [role])
    await session.query(`DROP ROLE IF EXISTS ${session.quoted(role)}`)
  }
}
