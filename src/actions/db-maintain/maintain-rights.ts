import type { Finding } from '../../core/finding.ts'
import { sqlIdentifier } from '../../core/postgres/names.ts'
import { grantRole, lacksRights } from './not-done.ts'
import type { Site } from './task.ts'

/** `pg_maintain` exists since PostgreSQL 17; before, only the owner of a table or of the database may maintain it. */
const grants = ({ server, target }: Site): readonly string[] => {
  if (server.major >= 17) return grantRole('pg_maintain', server.user)
  const [database, user] = [sqlIdentifier(target.database), sqlIdentifier(server.user)]
  return database === undefined || user === undefined ? [] : [`ALTER DATABASE ${database} OWNER TO ${user};`]
}

/** Tables that our role may not maintain: the finding, or nothing when it may all. */
export const lacksMaintain = (site: Site, task: string, tables: readonly string[]): readonly Finding[] => {
  if (tables.length === 0) return []
  const { server, target } = site
  const owner = server.major >= 17 ? '' : '; before PostgreSQL 17 only the owner of a table or of the database has it'
  const what = `role ${server.user} may not maintain ${tables.length} table${tables.length === 1 ? '' : 's'}${owner}`
  return [lacksRights(target.database, task, { what, grants: grants(site), evidence: tables.slice(0, 20) })]
}
