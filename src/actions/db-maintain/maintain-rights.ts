import type { JudgedFinding } from '../../contract/finding.ts'
import { counted } from '../../core/render/headline.ts'
import { grants, grantsFor } from '../../domain/postgres/grants.ts'
import { sqlIdentifier } from '../../domain/postgres/names.ts'
import { lacksRights } from './not-done.ts'
import type { MaintainedDatabase } from './part.ts'

/** Something that our role may not maintain, and whose it is. */
export type Forbidden = { readonly name: string; readonly owner: string | undefined }

/** `pg_maintain` exists since PostgreSQL 17; before, only the owner may, and who is a member of the owner. */
const grantsOf = ({ server }: MaintainedDatabase, forbidden: readonly Forbidden[]): readonly string[] => {
  if (server.major >= 17) return grantsFor(server.user, grants.maintain)
  const owners = [...new Set(forbidden.flatMap((one) => one.owner ?? []))].flatMap((one) => sqlIdentifier(one) ?? [])
  return owners.slice(0, 3).flatMap((owner) => grantsFor(server.user, (role) => grants.member(owner, role)))
}

/** What our role may not maintain: the finding, or nothing when it may all. */
export const lacksMaintain = (
  maintained: MaintainedDatabase,
  task: string,
  forbidden: readonly Forbidden[],
): readonly JudgedFinding<'db.rights'>[] => {
  if (forbidden.length === 0) return []
  const { server, target } = maintained
  const older = server.major >= 17 ? '' : '; before PostgreSQL 17 only their owners may'
  const what = `role ${server.user} may not maintain ${counted(forbidden.length, 'relation')}${older}`
  const evidence = forbidden.slice(0, 20).map(({ name, owner }) => (owner === undefined ? name : `${name}, owner ${owner}`))
  return [lacksRights(target.database, task, { what, grants: grantsOf(maintained, forbidden), evidence })]
}
