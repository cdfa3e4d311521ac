import type { PipelineStage } from '../../contract/process.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { beginSteps } from '../../core/steps.ts'
import { canRead, isDatabaseFolder, type SeenVolume, seeVolumeUsers, type VolumeUser } from '../../probes/backup/volume.ts'
import { packStage } from '../../tools/archive/stages.ts'
import { helperLabel } from '../../tools/service-containers.ts'
import type { BackupSite } from './part.ts'
import { backupSteps } from './steps.ts'

/** What writes the tar of a volume, and how to end it when it does not end by itself. */
export type VolumeStage = { readonly from: PipelineStage; readonly end: () => Promise<void> }

const inside = '/volume'
const timeoutMs = 60_000

/** Reads and nothing else: no network, nothing to write, of root's rights only that of reading what belongs to others. */
const isolation = [
  '--pull=never',
  '--network=none',
  '--read-only',
  '--cap-drop=ALL',
  '--cap-add=DAC_READ_SEARCH',
  '--security-opt=no-new-privileges',
  '--user=0:0',
]

const runArguments = (name: string, volume: string, program: string): readonly string[] => [
  'run',
  '--rm',
  `--name=${name}`,
  `--label=${helperLabel}`,
  ...isolation,
  `--mount=type=volume,source=${volume},target=${inside},readonly`,
  `--entrypoint=${program}`,
]

const refusedDatabase = (name: string): Obstacle => ({
  cause: `${name} is the data of a PostgreSQL server that runs: a copy of it looks fine and is corrupt`,
  advice: 'leave it out of `volumes` and back up `database`, or name the server in `stop-services`',
})

const onHost = async ({ mountpoint, name }: SeenVolume, users: readonly VolumeUser[]): Promise<VolumeStage | Obstacle> =>
  users.length > 0 && (await isDatabaseFolder(mountpoint))
    ? refusedDatabase(name)
    : { from: packStage({ directory: mountpoint, members: ['.'] }), end: async () => {} }

/** An image of this host with GNU tar in it: first of those that use the volume, then of the others of the project. */
const imageWithTar = async ({ context }: BackupSite, name: string, users: readonly VolumeUser[]): Promise<string | undefined> => {
  const all = await seeVolumeUsers(context.compose, name, false)
  const project = await context.compose.containers()
  const images = [...users, ...('cause' in all ? [] : all), ...(project.seen ? project.value : [])].map(({ image }) => image)
  for (const image of new Set(images)) {
    const args = ['run', '--rm', '--pull=never', '--network=none', '--cap-drop=ALL', '--entrypoint=tar', image, '--version']
    const finished = await context.compose.docker(args, { timeoutMs })
    if (finished.ended === 'exit' && finished.exitCode === 0 && finished.stdout.includes('GNU tar')) return image
  }
  return undefined
}

const inContainer = async (site: BackupSite, { name }: SeenVolume, users: readonly VolumeUser[]): Promise<VolumeStage | Obstacle> => {
  const { context, world } = site
  const image = await imageWithTar(site, name, users)
  if (image === undefined)
    return {
      cause: `${name} cannot be read from here, and no image of the project has GNU tar`,
      advice: 'run the runner as root, or use an image with GNU tar',
    }
  const helper = `ronde-archive-${crypto.randomUUID()}`
  const steps = beginSteps(backupSteps, world, context.ledger)
  await steps.step('helper', { name: helper })
  const found = await context.compose.docker(
    [...runArguments(`${helper}-look`, name, 'find'), image, inside, '-maxdepth', '3', '-name', 'PG_VERSION', '-print', '-quit'],
    { timeoutMs },
  )
  if (found.ended !== 'exit' || found.exitCode !== 0)
    return {
      cause: `${name} cannot be looked at: ${found.stderr.trim().split('\n').at(-1) ?? ''}`,
      advice: 'see `docker run` on this host',
    }
  if (users.length > 0 && found.stdout.trim() !== '') return refusedDatabase(name)
  const { args } = packStage({ directory: inside, members: ['.'] })
  return { from: { program: 'docker', args: [...runArguments(helper, name, 'tar'), image, ...args] }, end: () => steps.undo() }
}

/** How the tar of a volume is made: on the host where we may read it, else by the tar of one of the project's own images. */
export const volumeStage = async (site: BackupSite, volume: SeenVolume): Promise<VolumeStage | Obstacle> => {
  const users = await seeVolumeUsers(site.context.compose, volume.name, true)
  if ('cause' in users) return users
  return (await canRead(volume.mountpoint)) ? onHost(volume, users) : inContainer(site, volume, users)
}
