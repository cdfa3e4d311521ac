import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Compose } from '../../contract/compose.ts'
import type { Finished } from '../../contract/process.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { jsonValue } from '../../core/read-json.ts'
import { dockerFailure } from '../../tools/compose-failure.ts'

export type SeenVolume = {
  readonly name: string
  /** On the host. */
  readonly mountpoint: string
  /** The project whose it is; empty: of none. */
  readonly project: string
}

/** A container that runs with the volume. */
export type VolumeUser = { readonly id: string; readonly image: string }

type Docker = Pick<Compose, 'docker'>

const timeoutMs = 20_000

const volumeShape = z.object({
  Name: z.string(),
  Mountpoint: z.string().default(''),
  Labels: z.record(z.string(), z.string()).nullish(),
})

const failed = (what: string, finished: Finished): Obstacle => {
  const failure = dockerFailure(what, finished, timeoutMs)
  return failure.seen ? { cause: `${what} failed`, advice: '' } : { cause: failure.cause, advice: failure.advice }
}

const isDone = (finished: Finished): boolean => finished.ended === 'exit' && finished.exitCode === 0

/** A volume by its name. */
export const seeVolume = async ({ docker }: Docker, name: string): Promise<SeenVolume | Obstacle> => {
  const finished = await docker(['volume', 'inspect', '--format', '{{json .}}', '--', name], { timeoutMs })
  if (!isDone(finished) && /no such volume/i.test(finished.stderr))
    return { cause: `there is no volume ${name}`, advice: 'correct `volumes`; `docker volume ls` lists those that are there' }
  if (!isDone(finished)) return failed('docker volume inspect', finished)
  const volume = volumeShape.parse(jsonValue(finished.stdout))
  return { name: volume.Name, mountpoint: volume.Mountpoint, project: volume.Labels?.['com.docker.compose.project'] ?? '' }
}

/** Names of the volumes of a compose project. */
export const seeProjectVolumes = async ({ docker }: Docker, project: string): Promise<readonly string[] | Obstacle> => {
  const filter = `label=com.docker.compose.project=${project}`
  const finished = await docker(['volume', 'ls', '--quiet', '--filter', filter], { timeoutMs })
  return isDone(finished)
    ? finished.stdout
        .split('\n')
        .filter((one) => one !== '')
        .toSorted()
    : failed('docker volume ls', finished)
}

/** Containers that have the volume mounted, running ones first told apart by `running`. */
export const seeVolumeUsers = async ({ docker }: Docker, name: string, running: boolean): Promise<readonly VolumeUser[] | Obstacle> => {
  const all = running ? [] : ['--all']
  const finished = await docker(['ps', ...all, '--no-trunc', '--filter', `volume=${name}`, '--format', '{{.ID}} {{.Image}}'], { timeoutMs })
  if (!isDone(finished)) return failed('docker ps', finished)
  return finished.stdout.split('\n').flatMap((line) => {
    const [id, image] = line.trim().split(' ')
    return id === undefined || image === undefined || id === '' ? [] : [{ id, image }]
  })
}

/** Whether this process may read all of a folder, as root can; a volume's is below `/var/lib/docker`. */
export const canRead = (folder: string): Promise<boolean> =>
  folder === ''
    ? Promise.resolve(false)
    : readdir(folder).then(
        () => process.getuid?.() === 0,
        () => false,
      )

const marker = 'PG_VERSION'
const deepest = 2

/** Whether a folder is the data of a PostgreSQL server, or holds such a folder, as images since 18 have it. */
export const isDatabaseFolder = async (folder: string, depth = 0): Promise<boolean> => {
  const here = await lstat(join(folder, marker)).then(
    () => true,
    () => false,
  )
  if (here || depth >= deepest) return here
  const entries = await readdir(folder, { withFileTypes: true })
  for (const one of entries) if (one.isDirectory() && (await isDatabaseFolder(join(folder, one.name), depth + 1))) return true
  return false
}
