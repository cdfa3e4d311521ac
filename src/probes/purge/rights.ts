import { missingGrants } from '../../domain/postgres/grants.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { inReadOnly } from '../postgres/read-only.ts'
import { seeReadRights } from '../postgres/read-rights.ts'

type Refused = { readonly table: { readonly oid: number }; readonly user: string }

/** A refusal that no missing right explains comes from code of the table's owner, such as a function in one of its indexes. */
const ofRights = async (session: PostgresSession, { table, user }: Refused): Promise<string> => {
  const asked = await inReadOnly(session, [], (ask) => seeReadRights(ask, [table.oid]))
  const rights = asked.ok ? asked.value : []
  if (rights.some((one) => one.usage && one.select && !one.hidden))
    return 'our role may read it: what refuses is a function that an index or a CHECK of the table calls; look at the log of the server'
  const statements = missingGrants(rights, user)
  return `let the role read all rows of the table${statements.length === 0 ? '' : `: ${statements.join(' ')}`}`
}

/** What would let us look, by the server's error. Statements are offered only for names that need no thought. */
export const adviceFor = async (session: PostgresSession, code: string, refused: Refused): Promise<string> => {
  const known: Readonly<Record<string, string>> = {
    '55P03': 'another session holds the table: see purge.locks, then run this again',
    '57014': 'dead rows make it slow, or a part of it lies elsewhere: run VACUUM (ANALYZE) on the table, then run this again',
  }
  if (code === '42501') return ofRights(session, refused)
  return known[code] ?? 'look at the log of the server, then run this again'
}
