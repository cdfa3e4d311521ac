import { readFile } from 'node:fs/promises'
import type { Compose } from '../contract/compose.ts'
import type { Finished } from '../contract/process.ts'
import type { NamedVersion } from '../domain/versions/named.ts'

/** A version that runs, and where. */
export type RunningVersion = NamedVersion & { readonly where: string }

const saidBy = (ended: Finished): string => (ended.ended === 'exit' && ended.exitCode === 0 ? ended.stdout : '')
const versionIn = (text: string): string | undefined => /\bv?(\d+(?:\.\d+){1,3})/.exec(text)?.[1]

const named = (product: NamedVersion['product'], version: string | undefined, where: string): readonly RunningVersion[] =>
  version === undefined ? [] : [{ product, version, where }]

const ofEngine = async (compose: Compose): Promise<readonly RunningVersion[]> => [
  ...named('docker', versionIn(saidBy(await compose.docker(['version', '--format', '{{.Server.Version}}']))), 'the engine'),
  ...named('compose', versionIn(saidBy(await compose.docker(['compose', 'version', '--short']))), 'docker compose'),
]

/** `postgres (PostgreSQL) 15.4 (Debian 15.4-1.pgdg120+1)`, of containers whose image is called so. */
const ofDatabases = async (compose: Compose): Promise<readonly RunningVersion[]> => {
  const containers = await compose.containers()
  const running = containers.seen
    ? containers.value.filter(({ state, image, oneOff }) => state === 'running' && !oneOff && /postg/i.test(image))
    : []
  const found = await Promise.all(
    running.map(async ({ id, service }) => {
      const text = saidBy(await compose.docker(['exec', id, 'postgres', '--version']))
      return named('postgresql', versionIn(text), `service ${service}`)
    }),
  )
  return found.flat()
}

const ofHost = async (): Promise<readonly RunningVersion[]> => {
  // A machine that does not say what it is has nothing to compare.
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const [, id] = /^ID="?(debian|ubuntu|alpine)"?$/m.exec(text) ?? []
  const [, version] = /^VERSION_ID="?(\d+(?:\.\d+){0,2})"?$/m.exec(text) ?? []
  return id === undefined || version === undefined ? [] : [{ product: id as 'debian', version, where: 'this server' }]
}

/** What runs on the server of a compose project; nothing on a machine that has none, such as GitHub's. */
export const seeRunningVersions = async (compose: Compose): Promise<readonly RunningVersion[]> => {
  const project = await compose.project()
  if (!project.seen) return []
  return (await Promise.all([ofEngine(compose), ofDatabases(compose), ofHost()])).flat()
}
