import { formatBytes } from '../../../../core/quantity.ts'
import { lastBytesOf } from '../../earlier.ts'
import { type FilledDatabase, fillDatabase } from '../../fill-database.ts'
import { judgeProof, notMade } from '../../findings.ts'
import { makeBackup } from '../../make-backup.ts'
import { definePart } from '../../part.ts'

const proofWords = { proven: 'proven', failed: 'not equal', unproven: 'unproven' } as const

export const part = definePart({
  name: 'database',
  description: 'The database, proven by restoring it into a scratch server.',
  order: 10,
  options: {},
  ids: ['backup.verified', 'backup.room', 'postgres.reachable', 'postgres.pooler'],
  run: async (_options, site) => {
    if ('findings' in site.database) return { completed: false, findings: site.database.findings }
    const { target } = site.database
    const subject = `database/${target.database}`
    const wanted = { kind: 'database', name: target.database } as const
    const lastBytes = await lastBytesOf(site, wanted)
    let filled: FilledDatabase | undefined
    const tried = await makeBackup(site, wanted, async (unfinished) => {
      filled = await fillDatabase({ site, target, unfinished, subject, lastBytes })
      return filled
    })
    if (tried.kind === 'refused') return { completed: false, findings: tried.refusal.findings }
    if (tried.kind === 'broken') {
      const advice = 'see what the log says above; what was begun was taken back'
      const left = tried.leftBehind ? { leftBehind: true as const } : {}
      return { completed: false, findings: [notMade(subject, { cause: tried.cause, advice })], ...left }
    }
    if (filled?.filled !== true || filled.proved === undefined || filled.manifest.kind !== 'database') throw new Error('it was filled')
    const { made } = tried
    return {
      completed: true,
      findings: [judgeProof(subject, made, filled.manifest, filled.proved), ...(filled.extra ?? [])],
      backups: [made],
      line: `${target.database} ${formatBytes(made.bytes)}, ${proofWords[filled.proved.kind]}`,
    }
  },
})
