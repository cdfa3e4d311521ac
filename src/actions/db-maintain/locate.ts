import type { Context } from '../../contract/context.ts'
import type { DatabaseOptions, PostgresTarget } from '../../contract/database.ts'
import { type Finding, finding } from '../../contract/finding.ts'
import { containerDown } from '../../domain/postgres/reachable.ts'

type Why = { readonly cause: string; readonly advice: string }
const noDatabase: Why = { cause: 'no container of the project is PostgreSQL', advice: 'set database.service or database.url' }

const couldNotLook = ({ service }: DatabaseOptions, { cause, advice }: Why): Finding => {
  const subject = service === undefined ? 'database' : `service/${service}`
  return finding({
    id: 'postgres.reachable',
    subject,
    status: 'unknown',
    title: `${subject}: could not look`,
    observed: cause,
    expected: 'a database to look after',
    advice,
    audience: 'technical',
  })
}

/** The configured database, or the finding that says why there is none to work on. */
export const locate = async (
  options: DatabaseOptions,
  context: Context,
): Promise<{ readonly target: PostgresTarget } | { readonly findings: readonly Finding[] }> => {
  const location = await context.connect.postgres()
  if (!location.seen) return { findings: [couldNotLook(options, location)] }
  const { value } = location
  if (value.kind === 'none') return { findings: [couldNotLook(options, value.why ?? noDatabase)] }
  if (value.kind === 'down') return { findings: [containerDown(value.subject, value.cause)] }
  return { target: value.target }
}

/** `service/db` is the configured database; the others of the same server say their name behind it. */
export const targetIn = (target: PostgresTarget, database: string): PostgresTarget => {
  if (database === target.database) return target
  const subject = target.service === undefined ? target.subject.replace(/\/[^/]*$/, `/${database}`) : `${target.subject}/${database}`
  return { ...target, database, subject }
}
