import { join } from 'node:path'
import { createTestProject, docker, type TestProject, until } from './compose-project.ts'

const entrypoint = join(import.meta.dirname, '../../stack/db/entrypoint')

type DatabaseProjectWanted = {
  readonly name: string
  /** More keys of the service `db`, a line each. */
  readonly more?: readonly string[]
  /** Other services. */
  readonly beside?: string
}

const composeFile = ({ more = [], beside = '' }: DatabaseProjectWanted): string => `
services:
  db:
    image: "ronde-quiz/postgres:15"
    pull_policy: never
    command: [db-entrypoint]
    stop_signal: SIGINT
    environment: { POSTGRES_USER: quiz, POSTGRES_DB: game, POSTGRES_PASSWORD: horse-battery }
    volumes: ["${entrypoint}:/usr/local/bin/db-entrypoint:ro"]
${more.map((line) => `    ${line}\n`).join('')}${beside}`

/** A compose project whose service `db` has an empty database `game`. */
export type DatabaseProject = {
  readonly project: TestProject
  inDatabase(...args: readonly string[]): Promise<string>
  psql(sql: string, database?: string): Promise<string>
}

export const createDatabaseProject = async (wanted: DatabaseProjectWanted): Promise<DatabaseProject> => {
  const project = await createTestProject(wanted.name, { 'compose.yaml': composeFile(wanted) })
  await project.compose('up', '-d')
  const container = await project.idOf('db')
  const inDatabase = (...args: readonly string[]) =>
    docker('exec', '-e', 'PGPASSWORD=horse-battery', '-e', 'PGHOST=127.0.0.1', container, ...args)
  const psql = (sql: string, database = 'game') => inDatabase('psql', '-U', 'quiz', database, '-At', '-c', sql)
  await until(
    () => psql('SELECT 1').catch(String),
    (answer) => answer === '1',
    60_000,
  )
  return { project, inDatabase, psql }
}
