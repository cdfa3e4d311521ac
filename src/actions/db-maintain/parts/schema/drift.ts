import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { counted } from '../../../../core/render/headline.ts'
import { shorten } from '../../../../core/text/plain.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { WorkspaceFile } from '../../../../tools/workspace-file.ts'
import { compareSchemas, type Difference, readSnapshot, type Schema, without } from './snapshot.ts'

/** Where the findings are about: the subject of the database, and the snapshot as `schema-snapshot` names it. */
export type DriftSubject = { readonly subject: string; readonly path: string }

/** How the database stands to its snapshot. */
export type Standing =
  | { readonly kind: 'compared'; readonly difference: Difference }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly cause: string }
  /** Of another major the same schema reads otherwise. */
  | { readonly kind: 'other-major'; readonly snapshot: number }

/** `held`: things of which the database could not be asked, so that the snapshot is not either. */
export const standingOf = (file: WorkspaceFile, schema: Schema, held: readonly string[] = []): Standing => {
  if (file.kind !== 'text') return file
  const reading = readSnapshot(file.text)
  if (!reading.ok) return { kind: 'refused', cause: reading.mistake }
  if (reading.schema.major !== schema.major) return { kind: 'other-major', snapshot: reading.schema.major }
  return { kind: 'compared', difference: compareSchemas(without(reading.schema.lines, held), without(schema.lines, held)) }
}

export const differing = (standing: Standing): number =>
  standing.kind === 'compared' ? standing.difference.added + standing.difference.removed : 0

const mostLines = 60
const longestLine = 300

const evidenceOf = ({ lines }: Difference): readonly string[] => {
  const left = lines.length - mostLines
  const shown = lines.slice(0, mostLines).map((line) => shorten(line, longestLine))
  return left > 0 ? [...shown, `and ${left} more`] : shown
}

const words = (difference: Difference): string => {
  const { added, removed } = difference
  return `${counted(removed, 'line')} of the snapshot ${removed === 1 ? 'is' : 'are'} not so in the database (-), ${added} of the database not in the snapshot (+)`
}

const renew = 'run db-maintain once with tasks: schema and update-snapshot: true, and commit the file'

/** The comparison itself. */
export const judgeDifference = (
  difference: Difference,
  { lines: { length: lines } }: Schema,
  { subject, path }: DriftSubject,
): JudgedFinding<'schema.drift'> => {
  const count = difference.added + difference.removed
  return finding({
    id: 'schema.drift',
    subject,
    status: count === 0 ? 'ok' : 'warning',
    title:
      count === 0
        ? `${subject}: the schema is as its snapshot`
        : `${subject}: the schema differs from its snapshot in ${counted(count, 'line')}`,
    observed: count === 0 ? `${counted(lines, 'line')}, all as in ${path}` : words(difference),
    expected: `the schema as ${path} keeps it`,
    advice:
      count === 0 ? '' : `if a migration was meant to do this, ${renew}; if nobody meant it, find who did, and undo it with a migration`,
    evidence: evidenceOf(difference),
    certainty: 'hard',
    audience: 'technical',
    measurements: [{ name: 'drift', value: count, unit: 'lines' }],
  })
}

export type SchemaId = 'schema.drift' | 'schema.snapshot'
type Told = Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'> & Partial<Pick<JudgedFinding, 'evidence' | 'cleared'>>

const snapshot = ({ subject, path }: DriftSubject, told: Told): JudgedFinding<'schema.snapshot'> =>
  finding({
    id: 'schema.snapshot',
    subject,
    expected: `the snapshot of the schema in ${path}`,
    certainty: 'hard',
    audience: 'technical',
    ...told,
    title: `${subject}: ${told.title}`,
  })

/** Why nothing was compared. */
const notCompared = (standing: Exclude<Standing, { kind: 'compared' }>, schema: Schema, path: string): Told => {
  if (standing.kind === 'absent') {
    return { status: 'warning', title: 'no snapshot yet', observed: `${path} is not there`, advice: `to write it ${renew}` }
  }
  if (standing.kind === 'refused') {
    return { status: 'unknown', title: 'the snapshot cannot be read', observed: standing.cause, advice: `mend it, or ${renew}` }
  }
  return {
    status: 'warning',
    title: `the snapshot is of PostgreSQL ${standing.snapshot}, the server is ${schema.major}`,
    observed: 'not compared: the same schema reads otherwise there',
    advice: `compare by eye once, then ${renew}`,
  }
}

/** What a comparison says; without one, why there is none and how to get one. */
export const judgeDrift = (standing: Standing, schema: Schema, about: DriftSubject): readonly JudgedFinding<SchemaId>[] => {
  if (standing.kind !== 'compared') return [snapshot(about, notCompared(standing, schema, about.path))]
  const there: Told = { status: 'ok', title: 'its snapshot is there', observed: `${about.path}, of PostgreSQL ${schema.major}`, advice: '' }
  return [snapshot(about, there), judgeDifference(standing.difference, schema, about)]
}

/** What became of `update-snapshot: true`. */
export type Written = { readonly kind: 'unchanged' | 'written' | 'would-write' } | { readonly kind: 'failed'; readonly cause: string }

const changed = (standing: Standing): string => {
  if (standing.kind === 'compared') return words(standing.difference)
  return standing.kind === 'other-major' ? `it was of PostgreSQL ${standing.snapshot}` : 'there was none that could be read'
}

type Renewal = { readonly standing: Standing; readonly schema: Schema }

const tellWritten: Readonly<Record<Exclude<Written['kind'], 'failed'>, (size: string, of: Renewal, path: string) => Told>> = {
  unchanged: (size, _, path) => ({ status: 'ok', title: 'the snapshot is up to date', observed: `${path}: ${size}`, advice: '' }),
  written: (size, { standing }, path) => ({
    status: 'ok',
    title: 'the snapshot is written',
    observed: `${path}: ${size}; before: ${changed(standing)}`,
    advice: `commit it: ${shellCommand(['git', 'add', path])}`,
  }),
  'would-write': (size, { standing }, path) => ({
    status: 'ok',
    cleared: false,
    title: 'the snapshot would be written',
    observed: `${path}: ${size}; now: ${changed(standing)}`,
    advice: 'run it without dry-run',
  }),
}

export const judgeWritten = (written: Written, renewal: Renewal, about: DriftSubject): JudgedFinding<SchemaId> => {
  const { standing, schema } = renewal
  if (written.kind === 'failed') {
    const advice = 'let the runner write there, or correct schema-snapshot'
    return snapshot(about, { status: 'unknown', title: 'the snapshot could not be written', observed: written.cause, advice })
  }
  const size = `${counted(schema.lines.length, 'line')}, PostgreSQL ${schema.major}`
  const evidence = standing.kind === 'compared' ? evidenceOf(standing.difference) : []
  return snapshot(about, { ...tellWritten[written.kind](size, renewal, about.path), evidence })
}

/** Nobody asked for a comparison, or for one without saying with what. */
export const noSnapshot = (subject: string, update: boolean): JudgedFinding<'schema.snapshot'> =>
  finding({
    id: 'schema.snapshot',
    subject,
    status: update ? 'unknown' : 'ok',
    ...(update ? {} : { notChecked: 'schema-snapshot is not set' }),
    cleared: false,
    title: `${subject}: ${update ? 'no place for the snapshot' : 'the schema is not compared'}`,
    observed: update ? 'update-snapshot is true, and schema-snapshot is not set' : 'schema-snapshot is not set',
    expected: 'a snapshot of the schema, kept in the repository',
    advice: `set schema-snapshot to a path such as ops/schema.txt; then ${renew}`,
    audience: 'technical',
  })

export const tooLarge = ({ subject, path }: DriftSubject, lines: number): JudgedFinding<'schema.snapshot'> =>
  snapshot(
    { subject, path },
    {
      status: 'unknown',
      title: 'the schema is too large to be compared',
      observed: `more than ${counted(lines, 'line')}`,
      advice: 'take schema-snapshot out of ronde.yml, and keep a pg_dump --schema-only in the repository',
    },
  )
