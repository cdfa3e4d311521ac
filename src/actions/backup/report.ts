import type { Finding, JudgedFinding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import { formatBytes } from '../../core/quantity.ts'
import { completedParts } from '../../core/run-parts.ts'
import type { BackupOptions, MadeBackup } from './part.ts'
import type { parts } from './parts.generated.ts'
import type { TendFinding } from './tend.ts'

type Outcome = Awaited<ReturnType<(typeof parts)[number]['run']>>

/** What became of one kind. */
export type RanKind = {
  readonly name: string
  readonly completed: boolean
  readonly findings: readonly Finding<Outcome['findings'][number]['id'] | 'backup.unfinished'>[]
  readonly outcome: Outcome | undefined
}

type OwnFinding = JudgedFinding<'backup.key' | 'backup.verified' | 'backup.hook' | 'postgres.reachable'> | TendFinding

const proofWords = ({ proof }: MadeBackup): string => (proof.verified ? 'proven' : (proof.failures[0] ?? 'unproven'))

/** `612 MB (+3.1 MB)` against the one before. */
const sizeWords = ({ bytes, lastBytes }: MadeBackup): string => {
  if (lastBytes === undefined) return `${formatBytes(bytes)}, the first`
  const more = bytes - lastBytes
  return `${formatBytes(bytes)} (${more < 0 ? '−' : '+'}${formatBytes(Math.abs(more))})`
}

const factsOf = (ran: readonly RanKind[], made: readonly MadeBackup[], tables: readonly JsonObject[]): JsonObject => ({
  lines: { backup: ran.flatMap(({ outcome }) => outcome?.line ?? []).join('; ') },
  tables:
    made.length === 0
      ? []
      : [
          {
            title: 'Backups',
            columns: ['what', 'size, against last time', 'proof'],
            rows: made.map((one) => [`${one.kind} ${one.name}`, sizeWords(one), proofWords(one)]),
          },
          ...tables,
        ],
  backups: made.map(({ id, path, kind, name, bytes, proof }) => ({ id, path, kind, name, bytes, verified: proof.verified })),
})

/** The report's parts from what became of each kind. */
export const reportOf = (
  ran: readonly RanKind[],
  { findings, tables = [] }: { readonly findings: readonly OwnFinding[]; readonly tables?: readonly JsonObject[] },
  { kinds }: Pick<BackupOptions, 'kinds'>,
) => {
  const made = ran.flatMap(({ outcome }) => outcome?.backups ?? [])
  return {
    scope: completedParts(ran),
    findings: [...findings, ...ran.flatMap((one) => one.findings)],
    outputs: {
      'backup-id': made.map(({ id }) => id).join('\n'),
      'backup-path': made.map(({ path }) => path).join('\n'),
      'size-bytes': made.reduce((sum, { bytes }) => sum + bytes, 0),
      verified: String(made.length >= kinds.length && made.every(({ proof }) => proof.verified)),
    },
    facts: factsOf(ran, made, tables),
    attachments: [],
  }
}
