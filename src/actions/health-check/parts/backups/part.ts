import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LentBackup } from '../../../../contract/common-options.ts'
import { limit } from '../../../../core/options/threshold.ts'
import { rootFiles } from '../../../../domain/backup/layout.ts'
import { publicKeysIn } from '../../../../domain/backup/signing.ts'
import { seeFreshness } from '../../../../probes/backup/freshness.ts'
import { definePart, notSeen } from '../../part.ts'
import { defaultAge, judgeBackups, neverMade } from './policy.ts'

/** Those that lie beside the backups, and those of the configuration. */
const keysFor = async ({ root, 'trusted-keys': trusted = [] }: LentBackup): Promise<readonly string[]> => [
  ...publicKeysIn(await readFile(join(root, rootFiles.publicKey), 'utf8').catch(() => '')),
  ...trusted,
]

const noSection = { cause: 'ronde.yml has no section backup', advice: 'write backup: { root: /var/backups/quiz } into it' }

export const part = definePart({
  name: 'backups',
  description: 'The newest proven backup of each source: its age, its size against those before it, its copies elsewhere.',
  order: 90,
  options: {},
  thresholds: { 'backup-age': limit('duration', defaultAge, 'Age of the newest proven backup.') },
  ids: ['backups.age', 'backups.size', 'backups.off-site'],
  disturbedByWork: ['backups.age'],
  configured: ({ backup }) => backup?.root !== undefined,
  run: async ({ backup, thresholds }, context, asked) => {
    const where = { id: 'backups.age', subject: 'backup', audience: 'infrastructure' } as const
    if (backup?.root === undefined) return asked ? notSeen(where, noSection, asked) : { completed: false, findings: [] }
    const given = { ...backup, root: backup.root }
    const seen = await seeFreshness(given.root, await keysFor(given), context.now())
    if (!seen.seen) return notSeen(where, seen, asked)
    const missing = (given.kinds ?? ['database']).filter((kind) => !seen.value.some((one) => one.kind === kind))
    const findings = [
      ...judgeBackups(seen.value, context.now(), thresholds['backup-age'] ?? defaultAge),
      ...missing.map((kind) => neverMade(kind, given.root)),
    ]
    const bad = findings.filter(({ status }) => status !== 'ok').length
    return {
      completed: true,
      findings,
      facts: { lines: { backups: bad === 0 ? `${seen.value.length} sources, each with a proven backup` : '' } },
    }
  },
})
