import { z } from 'zod'
import { list } from '../../../../core/options/list.ts'
import { packStage } from '../../../../tools/archive/stages.ts'
import { archiveOutcome, backUpArchive } from '../../archive.ts'
import { notArchived } from '../../archive-findings.ts'
import { membersOf, usualConfig } from '../../members.ts'
import { definePart } from '../../part.ts'

export const part = definePart({
  name: 'config',
  description: 'Files that a new server needs besides the repository: `.env`, compose files, `grafana.ini`.',
  // Before the database, whose manifest names it.
  order: 5,
  options: {
    'config-files': list(z.string().min(1, 'is empty'), { uniqueBy: (path) => path })
      .optional()
      .meta({ description: 'Files of the kind `config`, absolute or from the compose project. Default: the usual ones that are there.' }),
  },
  ids: ['backup.verified'],
  run: async ({ 'config-files': config }, site) => {
    const found = await (config === undefined ? usualConfig(site) : membersOf(site, config))
    if ('cause' in found) return { completed: false, findings: [notArchived('config', found.cause, found.advice)] }
    const { project, directory, members } = found
    const from = packStage({ directory, members })
    const thing = { kind: 'config', name: 'config', project, subject: 'config', base: directory, from } as const
    return archiveOutcome('config', [await backUpArchive(site, thing)])
  },
})
