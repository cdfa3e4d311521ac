import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { counted } from '../../core/render/headline.ts'
import { grants } from '../../domain/postgres/grants.ts'
import { sqlIdentifier } from '../../domain/postgres/names.ts'
import { leastRoleAdvice, ownerCodeWords, whyNotPlanned } from '../../domain/postgres/owner-code.ts'
import { type FoundOwnerCode, seeOwnerCode } from '../../probes/postgres/owner-code.ts'
import { readOnly } from '../../probes/postgres/read-only.ts'
import type { MaintainedDatabase } from './part.ts'

/** A table or index that was left alone, and whose the table is; no owner is named for one of a superuser. */
export type LeftAlone = { readonly name: string; readonly owner: string | undefined; readonly found: FoundOwnerCode }

/** Which of these tables our role must leave alone. */
export const seeLeftAlone = (
  { session }: Pick<MaintainedDatabase, 'session'>,
  tables: readonly number[],
): Promise<ReadonlyMap<number, FoundOwnerCode>> => seeOwnerCode((sql, values) => readOnly(session, sql, values), tables)

/** What the least role needs besides, to do this work. */
const maintaining = ({ server }: Pick<MaintainedDatabase, 'server'>, left: readonly LeftAlone[]): readonly ((role: string) => string)[] => {
  if (server.major >= 17) return [grants.maintain]
  const owners = [...new Set(left.flatMap((one) => one.owner ?? []))].flatMap((one) => sqlIdentifier(one) ?? [])
  return owners.slice(0, 3).map((owner) => (role: string) => grants.member(owner, role))
}

/** Tables that a task did not touch, since their owners' code would run where our role works; or nothing. */
export const judgeLeftAlone = (
  maintained: Pick<MaintainedDatabase, 'server' | 'target'>,
  task: string,
  left: readonly LeftAlone[],
): readonly JudgedFinding<'db.owner-code'>[] => {
  const [first] = left
  if (first === undefined) return []
  const { server, target } = maintained
  const names = { ...first.found.names, table: undefined }
  return [
    finding({
      id: 'db.owner-code',
      subject: `task/${target.database}.${task}`,
      status: 'unknown',
      title: `${task} in ${target.database}: ${counted(left.length, 'relation')} left alone, for code of others is in them`,
      observed: `${first.name}: ${whyNotPlanned(first.found, server.user)}`,
      expected: 'a role with the least rights, or code of ours alone',
      advice: leastRoleAdvice(names, server.user, maintaining(maintained, left)),
      evidence: left.slice(0, 20).map(({ name, found }) => `${name}: ${ownerCodeWords(found)}`),
      certainty: 'hard',
      audience: 'technical',
    }),
  ]
}
