import { z } from 'zod'
import { list } from '../../../../core/options/list.ts'
import { packStage } from '../../../../tools/archive/stages.ts'
import { archiveOutcome, backUpArchive } from '../../archive.ts'
import { notArchived } from '../../archive-findings.ts'
import { membersOf } from '../../members.ts'
import { definePart } from '../../part.ts'

export const part = definePart({
  name: 'media',
  description: 'Folders of files that users sent.',
  order: 40,
  options: {
    media: list(z.string().min(1, 'is empty'), { uniqueBy: (path) => path })
      .default([])
      .meta({ description: 'Folders and files of the kind `media`, absolute or from the compose project.' }),
  },
  ids: ['backup.verified'],
  run: async ({ media }, site) => {
    const found = await membersOf(site, media)
    if ('cause' in found) return { completed: false, findings: [notArchived('media', found.cause, found.advice)] }
    const { project, directory, members } = found
    const from = packStage({ directory, members })
    return archiveOutcome('media', [
      await backUpArchive(site, { kind: 'media', name: 'media', project, subject: 'media', base: directory, from }),
    ])
  },
})
