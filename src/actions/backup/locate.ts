import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { containerDown } from '../../domain/postgres/reachable.ts'
import type { BackupSite } from './part.ts'

const noDatabase: Obstacle = { cause: 'no container of the project is PostgreSQL', advice: 'set database.service or database.url' }

const notFound = ({ cause, advice }: Obstacle): BackupSite['database'] => ({
  findings: [
    finding({
      id: 'postgres.reachable',
      subject: 'database',
      status: 'unknown',
      title: 'database: could not look',
      observed: cause,
      expected: 'a database to back up',
      advice,
      audience: 'technical',
    }),
  ],
})

/** The configured database, or why there is none to back up. */
export const locateDatabase = async ({ connect }: Pick<Context, 'connect'>): Promise<BackupSite['database']> => {
  const location = await connect.postgres()
  if (!location.seen) return notFound(location)
  const { value } = location
  if (value.kind === 'none') return notFound(value.why ?? noDatabase)
  if (value.kind === 'down') return { findings: [containerDown(value.subject, value.cause)] }
  return { target: value.target }
}
