import { userInfo } from 'node:os'
import type { Container } from '../../contract/compose.ts'
import type { Connect, DatabaseLocation, PostgresTarget, SpeakTls } from '../../contract/database.ts'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import { seeDeclared } from '../compose-services.ts'
import { isPostgresImage } from './database-image.ts'
import { locationInContainer } from './from-container.ts'
import { targetFromUrl } from './from-url.ts'
import { type ConnectServices, readMountedFile, readSmallFile } from './services.ts'

export type ConnectGiven = Pick<ConnectServices, 'options' | 'compose' | 'secrets'> &
  Partial<Pick<ConnectServices, 'now' | 'userName' | 'readFile' | 'readMounted'>> & {
    /** By whom TLS is spoken to it. */
    readonly speakTls?: SpeakTls
  }

const speaking = (location: Seen<DatabaseLocation>, speakTls: SpeakTls | undefined): Seen<DatabaseLocation> =>
  location.seen && location.value.kind === 'target' && speakTls !== undefined
    ? { ...location, value: { kind: 'target', target: { ...location.value.target, speakTls } } }
    : location

/** Finds the database of this run, once, whoever asks first. */
export const createConnect = (given: ConnectGiven): Connect => {
  const services: ConnectServices = { now: Date.now, userName, readFile: readSmallFile, readMounted: readMountedFile, ...given }
  let found: Promise<Seen<DatabaseLocation>> | undefined
  return {
    postgres: () => {
      found ??= locate(services).then((location) => speaking(location, given.speakTls))
      return found
    },
  }
}

const locate = async (services: ConnectServices): Promise<Seen<DatabaseLocation>> => {
  const { url, service } = services.options
  if (url === undefined) return service === undefined ? inferred(services) : ofService(service, services)
  const target = await targetFromUrl(url, services)
  if (!target.seen) return target
  return target.value.host === service
    ? throughContainer(target.value, service, services)
    : saw({ kind: 'target', target: target.value }, target.at)
}

/** An application's own URL names the service as its host, which only other containers can resolve: its role, at the container's address. */
const throughContainer = async (target: PostgresTarget, service: string, services: ConnectServices): Promise<Seen<DatabaseLocation>> => {
  const location = await ofService(service, services)
  if (!location.seen || location.value.kind !== 'target') return location
  const { host, subject } = location.value.target
  return saw({ kind: 'target', target: { ...target, host, subject, service } }, location.at)
}

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // This uid has no entry in the system's list of users.
    return 'postgres'
  }
}

/** The containers that stand for a service; a one-off (`docker compose run`) is none. A running one stands for all. */
const best = (containers: readonly Container[]): Container | undefined => containers.find((one) => one.state === 'running') ?? containers[0]

const ofService = async (service: string, services: ConnectServices): Promise<Seen<DatabaseLocation>> => {
  const containers = await services.compose.containers()
  if (!containers.seen) return containers
  const lasting = containers.value.filter((one) => !one.oneOff)
  const container = best(lasting.filter((one) => one.service === service))
  return container === undefined ? withoutContainer(service, services) : locationInContainer(container, services)
}

/** Declared in the compose file, it is down; otherwise its name is a mistake. */
const withoutContainer = async (service: string, services: ConnectServices): Promise<Seen<DatabaseLocation>> => {
  const declared = await seeDeclared(services.compose, service, 'database.service')
  if (!declared.seen) return couldNotLook(declared.cause, declared.advice)
  return saw({ kind: 'down', subject: `service/${service}`, service, cause: `service ${service} has no container` }, services.now())
}

/** Nothing is configured: exactly one service whose image is PostgreSQL's is taken. */
const inferred = async (services: ConnectServices): Promise<Seen<DatabaseLocation>> => {
  const containers = await services.compose.containers()
  if (!containers.seen) return saw({ kind: 'none', why: { cause: containers.cause, advice: containers.advice } }, services.now())
  const databases = containers.value.filter((one) => !one.oneOff && isPostgresImage(one.image))
  const names = [...new Set(databases.map((one) => one.service))].toSorted()
  if (names.length > 1) {
    return couldNotLook(`several services look like PostgreSQL: ${names.join(', ')}`, `say which: database: { service: ${names[0]} }`)
  }
  const container = best(databases)
  return container === undefined ? saw({ kind: 'none' }, services.now()) : locationInContainer(container, services)
}
