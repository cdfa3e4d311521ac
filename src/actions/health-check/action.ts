import { z } from 'zod'
import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { list } from '../../core/options/list.ts'
import { thresholdsOption } from '../../core/options/threshold.ts'
import { idsOfParts, renamedInParts, thresholdsOfParts } from '../../core/parts.ts'
import { judgeRecoveries, recoveryIds } from '../../core/pending-recovery.ts'
import { completedParts, type PlannedPart, type RanPart, runPartsSideBySide } from '../../core/run-parts.ts'
import { withCauses } from './causes.ts'
import { clockIds, judgeClock } from './clock.ts'
import { borrows, type CheckOutcome } from './part.ts'
import { partOptions, parts } from './parts.generated.ts'
import { plannedChecks, plannedOptions, plannedThresholds } from './planned-checks.ts'
import { unavailable } from './unavailable.ts'

const options = {
  ...partOptions,
  ...plannedOptions,
  checks: list(z.enum([...parts.map(({ name }) => name), ...Object.keys(plannedChecks)]))
    .optional()
    .meta({ description: 'Which checks to run; by default all that the configuration or the server makes possible.' }),
  quick: z.boolean().default(false).meta({ description: 'Leave out the slow checks.' }),
  thresholds: thresholdsOption({ ...thresholdsOfParts(parts), ...plannedThresholds }),
}

const reads = ['compose', 'database', 'privileges', 'time-zone'] as const
type CheckId = (typeof parts)[number]['ids'][number]
type Options = ActionOptions<typeof options, (typeof reads)[number], (typeof borrows)[number]>

const defaultTimeoutMs = 60_000

const wanted = ({ checks, quick }: Options) => parts.filter(({ name, slow }) => checks?.includes(name) !== false && !(quick && slow))

const planned = (given: Options, context: Context): readonly PlannedPart<CheckOutcome<CheckId>>[] =>
  wanted(given).map((part) => {
    const asked = given.checks?.includes(part.name) === true || part.configured?.(given) === true
    return { part, run: () => part.run(given, context, asked) }
  })

const unfinished = (check: string, { cause, advice }: Obstacle) =>
  finding({
    id: 'check.failed',
    subject: `check/${check}`,
    status: 'unknown',
    title: `${check}: could not finish`,
    observed: cause,
    expected: 'a finished check',
    advice,
    audience: 'technical',
  })

const factsOf = (ran: readonly RanPart<CheckOutcome>[]): JsonObject => {
  const facts = ran.map(({ outcome }) => outcome?.facts ?? {})
  return { ...Object.assign({}, ...facts), lines: Object.assign({}, ...facts.map(({ lines }) => lines)) }
}

const run = async (given: Options, context: Context) => {
  const ran = await runPartsSideBySide(planned(given, context), { signal: context.signal, unfinished })
  const scope = completedParts(ran)
  const findings = [
    ...withCauses(ran.flatMap((one) => one.findings)),
    ...unavailable(given),
    ...judgeRecoveries(context.recoveries()),
    ...judgeClock(await context.clock()),
  ]
  return { scope, findings, facts: factsOf(ran), outputs: { checks: scope.length }, attachments: [] }
}

export const action = defineAction({
  name: 'health-check',
  description: 'Checks compose services, HTTP endpoints and PostgreSQL, and says what is wrong and what to do.',
  kind: 'observe',
  reads,
  borrows,
  options,
  later: Object.keys(plannedOptions),
  ids: idsOfParts(parts, [...recoveryIds, ...clockIds, 'check.failed', 'check.unavailable']),
  renamed: renamedInParts(parts),
  outputs: { checks: { description: 'Number of checks that were completed.' } },
  timeoutMs: (given) => Math.max(defaultTimeoutMs, ...wanted(given).map((part) => part.longestTimeoutMs?.(given) ?? 0)),
  run,
})
