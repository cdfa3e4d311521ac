import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { formatBytes } from '../../core/quantity.ts'
import { counted } from '../../core/render/headline.ts'
import type { DatabaseManifest } from '../../domain/backup/manifest.ts'
import { sqlIdentifier } from '../../domain/postgres/names.ts'
import type { LackingRights } from '../../probes/backup/rights.ts'
import type { MadeBackup } from './part.ts'
import type { ProofOutcome } from './prove.ts'

export type VerifiedFinding = JudgedFinding<'backup.verified'>

const expected = 'a backup that was restored and found equal'

/** Why there is no backup. */
export const notMade = (subject: string, { cause, advice }: Obstacle, evidence: readonly string[] = []): VerifiedFinding =>
  finding({
    id: 'backup.verified',
    subject,
    status: 'critical',
    title: `${subject}: no backup was made`,
    observed: cause,
    expected,
    advice,
    evidence,
    certainty: 'hard',
    audience: 'technical',
  })

const rightsLines = ({ tables, secured, sequences, largeObjects }: LackingRights): readonly string[] => [
  ...(tables.length === 0 ? [] : [`may not read tables: ${tables.join(', ')}`]),
  ...(sequences.length === 0 ? [] : [`may not read sequences: ${sequences.join(', ')}`]),
  ...(secured.length === 0 ? [] : [`row-level security hides rows: ${secured.join(', ')}`]),
  ...(largeObjects ? ['may not read large objects'] : []),
]

/** What our role lacks, named before anything is dumped; undefined when it lacks nothing. */
export const lacksRightsToDump = (subject: string, role: string, lacking: LackingRights): VerifiedFinding | undefined => {
  const [first, ...more] = rightsLines(lacking)
  if (first === undefined) return undefined
  const name = sqlIdentifier(role) ?? '<role>'
  const grants = [
    ...(lacking.tables.length + lacking.sequences.length > 0 || lacking.largeObjects ? [`GRANT pg_read_all_data TO ${name};`] : []),
    ...(lacking.secured.length > 0 ? [`ALTER ROLE ${name} BYPASSRLS;`] : []),
    ...(lacking.largeObjects ? ['GRANT SELECT ON LARGE OBJECT … for each of them'] : []),
  ]
  return notMade(subject, { cause: `role ${role} ${first}`, advice: `as a superuser: ${grants.join(' ')}` }, more)
}

/** Bytes that are missing on the disk of the backups, said before anything starts. */
export const noRoom = (subject: string, where: string, missing: number): JudgedFinding<'backup.room'> =>
  finding({
    id: 'backup.room',
    subject,
    status: 'critical',
    title: `${subject}: too little room for a backup`,
    observed: `${formatBytes(missing)} are missing on the disk of ${where}`,
    expected: 'room for the dump, and a tenth of the disk free after it',
    advice: 'make room there, or set `root` to a larger disk',
    certainty: 'hard',
    audience: 'infrastructure',
  })

/** Without room for a copy there is a backup, and no proof. */
export const noScratchRoom = (subject: string, where: string, missing: number): JudgedFinding<'backup.room'> =>
  finding({
    id: 'backup.room',
    subject,
    status: 'warning',
    title: `${subject}: too little room to prove the backup`,
    observed: `${formatBytes(missing)} are missing on the disk of ${where}, where a copy is restored and compared`,
    expected: 'room for a copy of the database and its indexes, and a tenth of the disk free meanwhile',
    advice: 'make room there; cleanup tells what can go',
    certainty: 'hard',
    audience: 'infrastructure',
  })

/** One disk that fails takes the database and its backups. `isNew`: nobody was told yet. */
export const sameDisk = (root: string, isNew: boolean): JudgedFinding<'backup.room'> =>
  finding({
    id: 'backup.room',
    subject: 'backups/disk',
    status: isNew ? 'warning' : 'ok',
    title: 'the backups lie on the disk of the database',
    observed: `${root} is on the file system of the server's data`,
    expected: 'another disk, or copies elsewhere',
    advice: isNew ? 'set `root` to another disk, or `off-site` to a place elsewhere; this is told once' : '',
    certainty: 'hard',
    audience: 'infrastructure',
  })

const mostTold = 20

const rowsOf = ({ relations }: DatabaseManifest): number => relations.reduce((sum, { rows }) => sum + rows, 0)

const holdingsOf = (manifest: DatabaseManifest): string =>
  manifest.kind === 'globals'
    ? counted(manifest.roles.length, 'role')
    : `${counted(manifest.relations.length, 'table')}, ${counted(rowsOf(manifest), 'row')}`

/** What the proof came to. */
export const judgeProof = (subject: string, made: MadeBackup, manifest: DatabaseManifest, outcome: ProofOutcome): VerifiedFinding => {
  const size = `${formatBytes(made.bytes)}, ${holdingsOf(manifest)}`
  const shared = { id: 'backup.verified', subject, expected, certainty: 'hard', audience: 'technical' } as const
  const measurements = [{ name: 'backup', value: made.bytes, unit: 'bytes' }]
  if (outcome.kind === 'proven')
    return finding({
      ...shared,
      status: 'ok',
      title: `${subject}: backup ${made.id} is proven`,
      observed: size,
      evidence: outcome.notCompared.map((one) => `not compared: ${one}`),
      measurements,
    })
  if (outcome.kind === 'unproven')
    return finding({
      ...shared,
      status: 'warning',
      title: `${subject}: backup ${made.id} is unproven`,
      observed: `unproven: ${outcome.why}`,
      advice: 'the backup is there and nothing speaks against it; see the runbook for what the proof needs',
      evidence: [size],
      measurements,
    })
  return finding({
    ...shared,
    status: 'critical',
    title: `${subject}: backup ${made.id} differs from the database`,
    observed: outcome.failures.slice(0, 3).join('; '),
    advice: 'do not count on it: the backups before it are untouched; find out what differs, then run it again',
    evidence: outcome.failures.slice(0, mostTold),
    measurements,
  })
}
