import { z } from 'zod'
import type { Obstacle } from '../../../../contract/seen.ts'
import { list } from '../../../../core/options/list.ts'
import { seeProjectVolumes, seeVolume } from '../../../../probes/backup/volume.ts'
import { archiveOutcome, backUpArchive } from '../../archive.ts'
import { notArchived } from '../../archive-findings.ts'
import { type BackupSite, definePart } from '../../part.ts'
import { whileStopped } from '../../stopping.ts'
import { volumeStage } from '../../volume-stage.ts'

const backUpVolume = async (site: BackupSite, name: string, project: string) => {
  const subject = `volume/${name}`
  const refused = ({ cause, advice }: Obstacle) => ({ made: undefined, findings: [notArchived(subject, cause, advice)], leftBehind: false })
  const volume = await seeVolume(site.context.compose, name)
  if ('cause' in volume) return refused(volume)
  const stage = await volumeStage(site, volume)
  if ('cause' in stage) return refused(stage)
  try {
    const own = volume.project === '' ? project : volume.project
    return await backUpArchive(site, { kind: 'volumes', name, project: own, subject, base: volume.mountpoint, from: stage.from })
  } finally {
    await stage.end()
  }
}

const namesOf = async (site: BackupSite, wanted: readonly string[], project: string): Promise<readonly string[] | Obstacle> => {
  if (wanted.length > 0) return wanted
  const found = await seeProjectVolumes(site.context.compose, project)
  if ('cause' in found) return found
  return found.length > 0 ? found : { cause: `the project ${project} has no volumes`, advice: 'leave `volumes` out of `kinds`' }
}

export const part = definePart({
  name: 'volumes',
  description: 'Named volumes of Docker, but no data of a database that runs.',
  order: 30,
  options: {
    volumes: list(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is no name of a volume'), { uniqueBy: (name) => name })
      .default([])
      .meta({ description: 'Volumes of the kind `volumes`, as `docker volume ls` names them. Default: those of the compose project.' }),
    'stop-services': list(z.string().min(1, 'is empty'), { uniqueBy: (name) => name })
      .default([])
      .meta({ description: 'Services that are stopped while volumes are archived; those that ran are started again.' }),
  },
  ids: ['backup.verified'],
  run: async ({ volumes, 'stop-services': stopped }, site) => {
    const { context } = site
    const project = await context.compose.project()
    if (!project.seen) return { completed: false, findings: [notArchived('volumes', project.cause, project.advice)] }
    const names = await namesOf(site, volumes, project.value.name)
    if ('cause' in names) return { completed: false, findings: [notArchived('volumes', names.cause, names.advice)] }
    const done = await whileStopped(site, stopped, async () => {
      const all: Awaited<ReturnType<typeof backUpVolume>>[] = []
      for (const name of names) if (!context.signal.aborted) all.push(await backUpVolume(site, name, project.value.name))
      return all
    })
    if ('cause' in done) return { completed: false, findings: [notArchived('volumes', done.cause, done.advice)] }
    return archiveOutcome('volumes', done)
  },
})
