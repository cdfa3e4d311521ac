import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { UserError } from '../../contract/user-error.ts'

export const locateServer = async ({ connect }: Pick<Context, 'connect'>): Promise<PostgresTarget> => {
  const location = await connect.postgres()
  if (!location.seen) throw new UserError(`the database cannot be found: ${location.cause}; ${location.advice}`)
  const { value } = location
  if (value.kind === 'target') return value.target
  throw new UserError(
    value.kind === 'down'
      ? `the database server does not run: ${value.cause}; start it first`
      : 'no database is configured: set database.service or database.url',
  )
}
