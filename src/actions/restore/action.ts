import { defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import { type Plan, planFact } from '../../contract/plan.ts'
import { UserError } from '../../contract/user-error.ts'
import { digestOfPlan, refusedByGate, shownPlans, withPlan } from '../../domain/restore/gate.ts'
import { confirmWord } from '../../domain/restore/names.ts'
import { applyDatabase } from './apply-database.ts'
import { halfDone, judgePlan, judgeWayBack, notPlanned, notRestored } from './findings.ts'
import { borrows, changesSomething, options, type RestoreOptions, reads } from './options.ts'
import { applyCommand, candidatesOf, candidateTable, planDatabase, planFacts } from './plan-database.ts'
import { recover } from './recover.ts'
import { appliedResult, resultOf } from './report.ts'
import { openSite, type RestoreSite } from './site.ts'
import { applyUndo, type PlannedUndo, planUndo } from './undo.ts'

const hourMs = 3_600_000
const longestHours = 12

/** The note of the state that holds the plans that were shown. */
const plansNote = 'plans'

/** Throws why the plan may not be applied; nothing has been changed then. */
const passGate = ({ context, given, database }: RestoreSite, plan: Plan): void => {
  const refused = refusedByGate(given, {
    plan,
    word: confirmWord(database, context.server),
    shown: shownPlans(context.state.note(plansNote)),
    now: context.now(),
    run: context.runId,
  })
  if (refused !== undefined) throw new UserError(refused)
}

const show = ({ context }: RestoreSite, plan: Plan): string => {
  const digest = digestOfPlan(plan)
  if (!context.dryRun)
    context.state.setNote(plansNote, withPlan(shownPlans(context.state.note(plansNote)), { digest, at: context.now(), run: context.runId }))
  return digest
}

/** The log holds the plan also where the summary is not read. */
const sayPlan = ({ context }: RestoreSite, plan: Plan, command: string): void => {
  for (const { does, subject } of plan.lines) context.progress.say(`plan: ${does} ${subject}`)
  context.progress.say(`nothing was changed; to apply within 12 hours: ${command}`)
}

const isTyped = ({ digest, confirm }: RestoreOptions): boolean => digest !== undefined || confirm !== undefined

const restoreDatabase = async (site: RestoreSite) => {
  const { given, context } = site
  const subject = `database/${site.database}`
  const { place, planned } = await planDatabase(site)
  if ('refused' in planned) {
    if (isTyped(given)) throw new UserError(`${planned.refused}; ${planned.advice}`)
    const tables = [candidateTable(site, candidatesOf(site, place.server.systemIdentifier))]
    return resultOf([notPlanned(subject, planned)], {}, { tables })
  }
  const beside = given.into === 'beside'
  const wanted = beside || isTyped(given)
  if (!wanted || context.dryRun) {
    const digest = show(site, planned.plan)
    sayPlan(site, planned.plan, applyCommand(site, planned))
    return resultOf([judgePlan(subject, planned, applyCommand(site, planned))], { digest }, planFacts(site, planned))
  }
  if (!beside) passGate(site, planned.plan)
  return appliedResult(site, planned, await applyDatabase(site, planned, beside))
}

const undoCommand = ({ database, context }: RestoreSite, { id, plan }: PlannedUndo): string =>
  `gh workflow run restore.yml -f undo=${id} -f digest=${digestOfPlan(plan)} -f confirm=${confirmWord(database, context.server)}`

const undoPlanned = (site: RestoreSite, planned: PlannedUndo) => {
  const { plan, id } = planned
  const digest = show(site, plan)
  sayPlan(site, plan, undoCommand(site, planned))
  const told = plan.lines.map(({ does, subject }) => `${does} ${subject}`)
  const found = finding({
    id: 'restore.plan',
    subject: `database/${site.database}`,
    status: 'ok',
    title: `database/${site.database}: the plan ${digest} takes the restore ${id} back; nothing was changed`,
    observed: told.join('; '),
    expected: 'a person who has read it',
    advice: `to apply within 12 hours: ${undoCommand(site, planned)}`,
    evidence: told,
    certainty: 'hard',
    audience: 'technical',
  })
  return resultOf([found], { digest }, { plan: planFact(plan) })
}

const undo = async (site: RestoreSite, id: string) => {
  const planned = await planUndo(site, id)
  const subject = `database/${site.database}`
  if (!isTyped(site.given) || site.context.dryRun) return undoPlanned(site, planned)
  passGate(site, planned.plan)
  const done = await applyUndo(site, planned)
  if (done.replaced)
    return resultOf([judgeWayBack(subject, done.id, done.until)], { restored: 'true', 'restore-id': done.id, 'undo-until': done.until })
  const told = done.leftBehind ? halfDone(subject, done.why) : notRestored(subject, done.why, 'mend what it says, and plan again')
  return { ...resultOf([told]), ...(done.leftBehind ? { leftBehind: true as const } : {}) }
}

const run = async (given: RestoreOptions, context: Context) => {
  if (given.into === 'beside' && (isTyped(given) || given.undo !== undefined))
    throw new UserError('`into: beside` changes nothing of the live database: it takes no `digest`, `confirm` or `undo`')
  const site = await openSite(context, given)
  return given.undo === undefined ? restoreDatabase(site) : undo(site, given.undo)
}

export const action = defineAction({
  name: 'restore',
  description: 'Brings a proven backup back: shows what would be lost, then swaps it in, with a way back.',
  kind: 'change',
  effect: 'person',
  hasEffect: changesSomething,
  reads,
  borrows,
  options,
  ids: ['restore.plan', 'restore.verified', 'restore.way-back', 'restore.beside'],
  outputs: {
    digest: { description: 'Of the plan that was shown, for the run that applies it.' },
    restored: { description: '`true` when the database is what the backup holds.' },
    'safety-backup': { description: 'Id of the backup of what was replaced.' },
    'restore-id': { description: 'Id of this restore, for `undo`.' },
    'undo-until': { description: 'How long what was replaced is kept.' },
  },
  timeoutMs: () => longestHours * hourMs,
  run,
  recover,
})
