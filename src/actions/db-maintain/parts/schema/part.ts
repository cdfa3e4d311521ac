import { z } from 'zod'
import { workspacePath } from '../../../../core/options/workspace-path.ts'
import { seeHolders } from '../../../../probes/postgres/held.ts'
import { seeSchema } from '../../../../probes/postgres/schema.ts'
import { readWorkspaceFile, writeWorkspaceFile } from '../../../../tools/workspace-file.ts'
import { couldNotFinish, taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, subjectIn, type TaskOutcome } from '../../part.ts'
import { judgeConstraints } from './constraints.ts'
import {
  type DriftSubject as DriftAbout,
  differing,
  judgeDifference,
  judgeDrift,
  judgeWritten,
  noSnapshot,
  type SchemaId,
  type Standing,
  standingOf,
  tooLarge,
  type Written,
} from './drift.ts'
import { canonical, type Schema, writeSnapshot } from './snapshot.ts'
import { testSome } from './test-constraints.ts'

const largestSnapshotBytes = 64 * 1024 * 1024

/** With several databases each has a file of its own: `ops/schema.txt` becomes `ops/schema.quiz.txt`. */
const snapshotPath = (path: string, database: string, several: boolean): string =>
  several ? path.replace(/(\.[^./]*)?$/, (extension) => `.${encodeURIComponent(database)}${extension}`) : path

const writeAnew = async (standing: Standing, schema: Schema, maintained: MaintainedDatabase, path: string): Promise<Written> => {
  if (standing.kind === 'compared' && differing(standing) === 0) return { kind: 'unchanged' }
  if (maintained.context.dryRun) return { kind: 'would-write' }
  const failure = await writeWorkspaceFile(maintained.context.workspace, path, writeSnapshot(schema))
  return failure === undefined ? { kind: 'written' } : { kind: 'failed', ...failure }
}

type Snapshot = { readonly path: string | undefined; readonly update: boolean }
/** `judged`: the findings say all that an earlier run may have said about drift. */
type Compared = Pick<TaskOutcome<SchemaId | 'db.unfinished'>, 'findings'> & {
  readonly drift: number
  readonly lines: number
  readonly judged: boolean
}

const renewed = async (
  standing: Standing,
  schema: Schema,
  maintained: MaintainedDatabase,
  about: DriftAbout,
): Promise<Omit<Compared, 'drift' | 'lines'>> => {
  const written = await writeAnew(standing, schema, maintained, about.path)
  const told = judgeWritten(written, { standing, schema }, about)
  const left = written.kind === 'would-write' && standing.kind === 'compared' ? [judgeDifference(standing.difference, schema, about)] : []
  return { findings: [told, ...left], judged: written.kind !== 'failed' }
}

const compare = async (maintained: MaintainedDatabase, { path, update }: Snapshot): Promise<Compared> => {
  const { session, server, subject, context } = maintained
  if (path === undefined) return { findings: [noSnapshot(subject, update)], drift: 0, lines: 0, judged: !update }
  const seen = await seeSchema(session, server.major)
  const about = { subject, path }
  if (seen.cut) return { findings: [tooLarge(about, seen.lines.length)], drift: 0, lines: seen.lines.length, judged: false }
  const schema = canonical(server.major, seen.lines)
  const standing = standingOf(
    await readWorkspaceFile(context.workspace, path, largestSnapshotBytes),
    schema,
    canonical(server.major, seen.held).lines,
  )
  const judged =
    update && seen.held.length === 0
      ? await renewed(standing, schema, maintained, about)
      : { findings: judgeDrift(standing, schema, about), judged: standing.kind === 'compared' }
  const told = { ...judged, drift: differing(standing), lines: schema.lines.length }
  if (seen.held.length === 0) return told
  return { ...told, findings: [...told.findings, await tellHeld(maintained, seen.held, update)], judged: false }
}

/** One table that somebody holds costs what is known of it, and a whole new snapshot. */
const tellHeld = async ({ session, target }: MaintainedDatabase, held: readonly string[], update: boolean) => {
  const holders = (await seeHolders(session)).map(({ relation, words }) => `${relation}: ${words}`)
  const names = `${held.slice(0, 5).join(', ')}${held.length > 5 ? ` and ${held.length - 5} more` : ''}`
  return couldNotFinish(target.database, 'schema', {
    cause: `${update ? 'no snapshot was written, for nothing could be read of' : 'not compared'}: ${names}${holders.length === 0 ? '' : `; ${holders.slice(0, 3).join('; ')}`}`,
    advice: 'run it again when that session has ended',
  })
}

const constraintsOf = async (maintained: MaintainedDatabase): Promise<TaskOutcome<'schema.constraint'>['findings']> => {
  const named = (name: string) => subjectIn(maintained, 'constraint', name)
  return judgeConstraints(await testSome(maintained), { subject: maintained.subject, role: maintained.server.user, named })
}

const lineOf = ({ drift, lines }: Compared): string | undefined =>
  lines === 0 ? undefined : drift === 0 ? 'no drift' : `schema differs in ${drift} line${drift === 1 ? '' : 's'}`

export const part = definePart({
  name: 'schema',
  description: 'The schema against its snapshot, and constraints that rows break or that were never validated.',
  order: 100,
  ids: ['schema.constraint', 'schema.drift', 'schema.snapshot', ...taskIds],
  options: {
    'schema-snapshot': workspacePath()
      .optional()
      .meta({ description: 'File that keeps the schema, in the repository, relative to the workspace: `ops/schema.txt`.' }),
    'update-snapshot': z.boolean().default(false).meta({ description: 'Write the snapshot anew instead of comparing with it.' }),
  },
  run: async ({ 'schema-snapshot': file, 'update-snapshot': update, databases }, maintained) => {
    const path = file === undefined ? undefined : snapshotPath(file, maintained.target.database, databases.length > 1)
    const compared = await compare(maintained, { path, update })
    const line = lineOf(compared)
    return {
      completed: compared.judged,
      findings: [...compared.findings, ...(await constraintsOf(maintained))],
      facts: { schema: { lines: compared.lines, drift: compared.drift } },
      counts: { drift: compared.drift },
      ...(line === undefined ? {} : { line }),
    }
  },
})
