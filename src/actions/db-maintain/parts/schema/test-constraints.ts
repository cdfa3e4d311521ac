import type { Constraint } from '../../../../domain/postgres/constraint.ts'
import type { ReadRights } from '../../../../domain/postgres/grants.ts'
import { seeConstraints, type Tested, testConstraint, testConstraints } from '../../../../probes/postgres/constraints.ts'
import { readOnly } from '../../../../probes/postgres/read-only.ts'
import { seeReadRights } from '../../../../probes/postgres/read-rights.ts'
import type { MaintainedDatabase } from '../../part.ts'

/** What was found out about one constraint. */
export type ConstraintOutcome = { readonly constraint: Constraint; readonly tested: Tested | 'not looked' }
/** `all`: how many constraints there are; the others have their turn in a later run. */
export type Outcomes = {
  readonly outcomes: readonly ConstraintOutcome[]
  readonly all: number
  readonly doubtful: number
  /** What our role may do with the tables that it was refused. */
  readonly rights: readonly ReadRights[]
}

/** For constraints that nobody vouches for: worth a look through a whole table, within a minute in all. */
const doubtful = { mostConstraints: 20, timeoutMs: 3_000 }
/** For the valid ones: broken only where the server's own checks were switched off, or an index is damaged. */
const trusted = { atOnce: 15, timeoutMs: 500, budgetMs: 100 }

/** Where the round stands: the last one that was tested, and those that were broken, to be looked at again each time. */
type Round = { readonly after: number; readonly broken: readonly number[] }

const readRound = (text: string | undefined): Round => {
  const [after = 0, ...broken] = (text ?? '').split(' ').map(Number)
  return [after, ...broken].every((oid) => Number.isSafeInteger(oid)) ? { after, broken } : { after: 0, broken: [] }
}

const testDoubtful = async (
  { session, context }: MaintainedDatabase,
  constraints: readonly Constraint[],
): Promise<readonly ConstraintOutcome[]> => {
  const outcomes: ConstraintOutcome[] = []
  for (const [index, constraint] of constraints.entries()) {
    const looking = index < doubtful.mostConstraints && !context.signal.aborted
    outcomes.push({ constraint, tested: looking ? await testConstraint(session, constraint, doubtful.timeoutMs) : 'not looked' })
  }
  return outcomes
}

const testTrusted = async (
  { session, context }: MaintainedDatabase,
  constraints: readonly Constraint[],
): Promise<readonly ConstraintOutcome[]> => {
  const outcomes: ConstraintOutcome[] = []
  const until = performance.now() + trusted.budgetMs
  for (let at = 0; at < constraints.length && performance.now() < until && !context.signal.aborted; at += trusted.atOnce) {
    const some = constraints.slice(at, at + trusted.atOnce)
    const tested = await testConstraints(session, some, trusted.timeoutMs)
    for (const [index, constraint] of some.entries()) outcomes.push({ constraint, tested: tested[index] ?? 'not looked' })
  }
  return outcomes
}

const rightsOf = async ({ session }: MaintainedDatabase, outcomes: readonly ConstraintOutcome[]): Promise<readonly ReadRights[]> => {
  const refused = outcomes.filter(({ tested }) => tested === 'not allowed').flatMap(({ constraint }) => constraint.relations)
  return refused.length === 0 ? [] : seeReadRights((sql, values) => readOnly(session, sql, values), [...new Set(refused)])
}

/** Tests constraints against the rows: all that were never validated, and as many of the others as fit into a moment, round and round over the runs. */
export const testSome = async (maintained: MaintainedDatabase): Promise<Outcomes> => {
  const { session, target, tables, named, context } = maintained
  const note = `db.constraints ${target.subject}`
  const { after, broken } = readRound(context.state.note(note))
  const seen = await seeConstraints(session, { tables: named ? tables.map((one) => one.oid) : [], again: broken, after })
  const first = await testDoubtful(
    maintained,
    seen.constraints.filter((one) => !one.validated),
  )
  const second = await testTrusted(
    maintained,
    seen.constraints.filter((one) => one.validated),
  )
  const last = second.findLast(({ constraint }) => !broken.includes(constraint.oid))?.constraint.oid ?? after
  const stillBroken = second.filter(({ tested }) => tested === 'violated').map(({ constraint }) => constraint.oid)
  context.state.setNote(note, [last, ...stillBroken].join(' '))
  const outcomes = [...first, ...second]
  return { outcomes, all: seen.all, doubtful: seen.doubtful, rights: await rightsOf(maintained, outcomes) }
}
