import type { JsonObject } from '../../contract/json.ts'
import { sqlIdentifier } from '../../domain/postgres/names.ts'
import type { AppliedWithRest } from './apply-database.ts'
import { halfDone, judgeBeside, judgeRestored, judgeWayBack, notRestored, type RestoreFinding } from './findings.ts'
import type { WholeCopy } from './load-copy.ts'
import type { PlannedDatabase } from './plan-database.ts'
import type { SafetyBackup } from './safety.ts'
import type { RestoreSite } from './site.ts'

export const noOutputs = { digest: '', restored: 'false', 'safety-backup': '', 'restore-id': '', 'undo-until': '' }

/** Of a run without a change, and without a finding that is one. */
export const resultOf = (findings: readonly RestoreFinding[], outputs: Partial<typeof noOutputs> = {}, facts: JsonObject = {}) => ({
  scope: ['restore'],
  findings,
  outputs: { ...noOutputs, ...outputs },
  facts,
  attachments: [],
})

const mostRows = 100

/** Rows before, of the backup, and after: the copy was counted and hashed table by table before it took the place. */
const rowsTable = ({ manifest, place }: PlannedDatabase, safety: SafetyBackup | undefined): JsonObject => {
  const before = new Map<string, string>(
    safety?.manifest === undefined
      ? ('why' in place.rows ? [] : place.rows).map(({ schema, name, rows }) => [`${schema}.${name}`, `about ${rows}`])
      : safety.manifest.relations.map(({ schema, name, rows }) => [`${schema}.${name}`, `${rows}`]),
  )
  const rows = manifest.relations.slice(0, mostRows).map(({ schema, name, rows: count }) => {
    const key = `${schema}.${name}`
    return [key, `before ${before.get(key) ?? 'not there'}, backup ${count}, after ${count}`]
  })
  return { title: 'Rows', columns: ['table', 'before, of the backup, after'], rows }
}

const besideTable = ({ beside, database }: RestoreSite, copy: WholeCopy): JsonObject => {
  const [from, to] = [copy.name, database].map((name) => sqlIdentifier(name))
  const login = `--host=${beside.host} --port=${beside.port} --username=${beside.user}`
  const isPlain = [copy.name, database, beside.host, beside.user].every((one) => /^[\w./-]+$/.test(one))
  const lines =
    isPlain && from !== undefined && to !== undefined
      ? [
          ['connect', `psql ${login} ${copy.name}`],
          [
            'copy a table back',
            `pg_dump ${login} --data-only --table=public.TABLE ${copy.name} | psql ${login} --single-transaction ${database}`,
          ],
          [
            'copy some rows back',
            `psql ${login} -c "COPY (SELECT * FROM public.TABLE WHERE …) TO STDOUT" ${copy.name} | psql ${login} -c "COPY public.TABLE FROM STDIN" ${database}`,
          ],
        ]
      : [['connect', 'to the database of this restore, by your own client']]
  return { title: `Beside: ${copy.name}`, columns: ['for', 'line'], rows: lines }
}

const adviceOfTakenBack = 'mend what it says, and plan again; a copy that was loaded and compared is taken up by the next run'

/** What a run that applied says. */
export const appliedResult = (site: RestoreSite, planned: PlannedDatabase, applied: AppliedWithRest) => {
  const subject = `database/${site.database}`
  const left = applied.leftBehind ? { leftBehind: true as const } : {}
  if (applied.kind === 'refused') return { ...resultOf([notRestored(subject, applied.cause, applied.advice)]), ...left }
  if (applied.kind === 'differs') {
    const advice = 'the backup or its loading is not what it should be: take another backup; nothing was replaced'
    return { ...resultOf([notRestored(subject, applied.failures.slice(0, 3).join('; '), advice, applied.failures)]), ...left }
  }
  if (applied.kind === 'taken-back') {
    const safety = applied.safety?.id ?? ''
    const told = applied.leftBehind ? halfDone(subject, applied.why) : notRestored(subject, applied.why, adviceOfTakenBack)
    return { ...resultOf([told], { 'safety-backup': safety }), ...left }
  }
  return { ...(applied.kind === 'beside' ? besideResult(site, planned, applied.copy) : restoredResult(site, planned, applied)), ...left }
}

const toldOf = ({ backup }: PlannedDatabase, { notFilled, leftOut, notCompared }: WholeCopy) => ({
  notFilled,
  leftOut,
  notCompared,
  backup: backup.manifest.id,
})

const besideResult = (site: RestoreSite, planned: PlannedDatabase, copy: WholeCopy) => {
  const found = judgeBeside(`database/${site.database}`, copy.name, copy.mark.until, toldOf(planned, copy))
  return resultOf([found], { 'restore-id': copy.id }, { tables: [besideTable(site, copy), rowsTable(planned, undefined)], copy: copy.name })
}

const restoredResult = (
  site: RestoreSite,
  planned: PlannedDatabase,
  { copy, safety }: { readonly copy: WholeCopy; readonly safety: SafetyBackup | undefined },
) => {
  const subject = `database/${site.database}`
  const replaced = planned.place.live !== undefined
  const { until } = copy.mark
  const findings = [judgeRestored(subject, toldOf(planned, copy)), ...(replaced ? [judgeWayBack(subject, copy.id, until)] : [])]
  const outputs = { restored: 'true', 'safety-backup': safety?.id ?? '', 'restore-id': copy.id, 'undo-until': replaced ? until : '' }
  const lines = {
    restore: `${site.database} is the backup ${planned.backup.manifest.id}${replaced ? `; undo: ${copy.id} until ${until}` : ''}`,
  }
  return resultOf(findings, outputs, { lines, tables: [rowsTable(planned, safety)] })
}
