import { mkdir } from 'node:fs/promises'
import type { RunProgram } from '../../contract/process.ts'
import { versionIn } from '../../domain/backup/client.ts'
import type { PostgresClient } from './client.ts'
import { type HelperContainer, helperFlags } from './helper-container.ts'
import { libpqEnvironment } from './libpq.ts'

export type ImageClient = {
  /** By its id, so that nothing else is run under its name. */
  readonly image: string
  /** The server's container, whose network is used. */
  readonly container: string
  readonly token: string
  readonly folders: readonly string[]
  /** Folders that are read alone. */
  readonly readOnly?: readonly string[]
  readonly serverMajor: number
  readonly run: RunProgram
  readonly signal: AbortSignal
}

const limitMs = 60_000

const user = (): string => `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`

/** Where an image may have the programs: in its PATH, or where Debian puts them. */
export const programFolders = (major: number): readonly string[] => ['', `/usr/lib/postgresql/${major}/bin/`]

/** Which of the folders has a program, and its version. */
export const findInImage = async (program: 'pg_dump' | 'postgres', given: Omit<ImageClient, 'container' | 'folders' | 'readOnly'>) => {
  const { image, token, serverMajor, run, signal } = given
  for (const folder of programFolders(serverMajor).toReversed()) {
    const name = `ronde-look-${crypto.randomUUID()}`
    const flags = helperFlags({ token, name, network: 'none', user: '65534:65534', mounts: [] })
    const finished = await run('docker', ['run', ...flags, '--entrypoint', `${folder}${program}`, image, '--version'], {
      timeoutMs: limitMs,
      signal,
    })
    const version = finished.ended === 'exit' && finished.exitCode === 0 ? versionIn(finished.stdout) : undefined
    if (version !== undefined) return { folder, ...version }
  }
  return undefined
}

/** Client programs of the server's own image, each run in a container of its own beside the server; undefined when the image has none. */
export const imageClient = async (given: ImageClient): Promise<PostgresClient | undefined> => {
  const { image, container, token, folders, readOnly = [] } = given
  const found = await findInImage('pg_dump', given)
  if (found === undefined) return undefined
  return {
    major: found.major,
    version: found.version,
    image,
    path: (file) => file,
    access: async (access, secrets) => {
      await mkdir(secrets, { mode: 0o700 })
      const { host } = access.target
      const isSocket = host.startsWith('/')
      const environment = await libpqEnvironment(access, { here: secrets, there: secrets })
      const mounts = [
        ...folders.map((path) => ({ path, readOnly: isSocket })),
        ...readOnly.map((path) => ({ path, readOnly: true })),
        ...(isSocket ? [{ path: host, readOnly: true }] : []),
      ]
      const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`])
      return {
        stage: (program, args) => {
          const name = `ronde-${program}-${crypto.randomUUID()}`
          const helper: HelperContainer = {
            token,
            name,
            network: isSocket ? 'none' : `container:${container}`,
            user: user(),
            mounts,
          }
          return {
            program: 'docker',
            args: ['run', ...helperFlags(helper), ...variables, '--entrypoint', `${found.folder}${program}`, image, ...args],
          }
        },
      }
    },
  }
}
