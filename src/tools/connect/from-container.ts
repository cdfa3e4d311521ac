import type { Container } from '../../contract/compose.ts'
import type { DatabaseLocation, PostgresTarget } from '../../contract/database.ts'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import type { ConnectServices } from './services.ts'

/** The variables of the official image first, then those of Bitnami's. */
const variables = {
  user: ['POSTGRES_USER', 'POSTGRESQL_USERNAME'],
  database: ['POSTGRES_DB', 'POSTGRESQL_DATABASE'],
  password: ['POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD'],
} as const
const portVariables = ['POSTGRES_PORT', 'POSTGRESQL_PORT_NUMBER']
const defaultPort = 5432
/** PostgreSQL's own tools take far less. A container that hands out more wants to keep us busy with hiding it. */
const longestWord = 4_096

/** Where to connect to a container's PostgreSQL: its own address, and what its image was told at the start, under what the configuration says. */
export const locationInContainer = async (container: Container, services: ConnectServices): Promise<Seen<DatabaseLocation>> => {
  const { service, name, state } = container
  const subject = `service/${service}`
  if (state !== 'running') {
    return saw({ kind: 'down', subject, service, cause: `container ${name} is ${stateWords(container)}` }, services.now())
  }
  const [host] = container.addresses
  if (host === undefined) {
    return couldNotLook(
      `container ${name} has no address in a network of the project`,
      `set database.url to where ${service} can be reached`,
    )
  }
  const login = await loginOf(container, services)
  if (!login.seen) return login
  const target = { host, port: portOf(container), ...login.value, ssl: { mode: 'prefer' }, subject, service } as const
  return saw({ kind: 'target', target }, services.now())
}

type Login = Pick<PostgresTarget, 'database' | 'user' | 'password'>

/** With the official image's defaults: role postgres, and a database named as the role. */
const loginOf = async (container: Container, services: ConnectServices): Promise<Seen<Login>> => {
  const found: Record<keyof Login, string | undefined> = { user: undefined, database: undefined, password: undefined }
  for (const [what, names] of Object.entries(variables) as [keyof Login, readonly string[]][]) {
    const read = await variable(container, names, services)
    if (read?.seen === false) return read
    if (read !== undefined && read.value.length > longestWord) return tooLong(names[0], container)
    found[what] = read?.value
  }
  if (found.password !== undefined) services.secrets.add(found.password)
  const { name, user } = services.options
  const imageUser = found.user ?? 'postgres'
  return saw({ database: name ?? found.database ?? imageUser, user: user ?? imageUser, password: found.password }, services.now())
}

const tooLong = (name: string | undefined, { service }: Container) =>
  couldNotLook(`${name} of service ${service} is longer than ${longestWord} characters`, 'correct it, or set database.url')

const portOf = ({ postgresEnvironment }: Container): number => {
  const port = Number(portVariables.map((name) => postgresEnvironment[name]).find((value) => value !== undefined) ?? defaultPort)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : defaultPort
}

const stateWords = ({ state, exitCode, oomKilled }: Container): string =>
  state === 'exited' || state === 'dead' ? `${state} with code ${exitCode}${oomKilled ? ', killed for want of memory' : ''}` : state

/** A variable, or the file that its `…_FILE` names; `undefined` when neither is set. */
const variable = async (container: Container, names: readonly string[], services: ConnectServices): Promise<Seen<string> | undefined> => {
  const environment = container.postgresEnvironment
  const direct = names.map((name) => environment[name]).find((value) => value !== undefined && value !== '')
  if (direct !== undefined) return saw(direct, services.now())
  const file = names
    .map((name) => ({ name: `${name}_FILE`, path: environment[`${name}_FILE`] }))
    .find(({ path }) => path !== undefined && path !== '')
  return file?.path === undefined ? undefined : readInContainer(container, { name: file.name, path: file.path }, services)
}

/**
 * From the host when exactly that file is mounted and may be read, else by the container itself: inside a mounted folder the container could
 * have made a link to any file of the host. Line ends at its end are no part of it.
 */
const readInContainer = async (
  container: Container,
  file: { name: string; path: string },
  services: ConnectServices,
): Promise<Seen<string>> => {
  const mounted = Object.hasOwn(container.mounts, file.path) ? container.mounts[file.path] : undefined
  const onHost = mounted === undefined ? undefined : await services.readMounted(mounted)
  if (onHost?.seen === true) return saw(withoutLineEnds(onHost.value), onHost.at)
  const finished = await services.compose.docker(['exec', container.id, 'cat', '--', file.path], { timeoutMs: 10_000 })
  if (finished.ended === 'exit' && finished.exitCode === 0) return saw(withoutLineEnds(finished.stdout), services.now())
  return couldNotLook(
    `${file.name} of service ${container.service}: ${onHost === undefined ? 'the file is not mounted by itself' : onHost.cause}, and docker exec could not read it`,
    'let the user who runs this read the secret file, or use docker; or set database.url',
  )
}

const withoutLineEnds = (text: string): string => {
  let end = text.length
  while (end > 0 && '\r\n'.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}
