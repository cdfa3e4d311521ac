import { z } from 'zod'
import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import type { JsonObject } from '../../contract/json.ts'
import { list } from '../../core/options/list.ts'
import { texts } from '../../core/options/texts.ts'
import { thresholdsOption } from '../../core/options/threshold.ts'
import { disturbedInParts, idsOfParts, renamedInParts, thresholdsOfParts } from '../../core/parts.ts'
import { judgeRecoveries } from '../../core/pending-recovery.ts'
import { completedParts, type PlannedPart, type RanPart, runPartsSideBySide, unfinishedAs } from '../../core/run-parts.ts'
import { withCauses } from './causes.ts'
import { clockIds, judgeClock } from './clock.ts'
import type { CheckOutcome } from './part.ts'
import { partOptions, parts } from './parts.generated.ts'
import { plannedOptions, plannedThresholds, stillPlanned } from './planned-checks.ts'
import { unavailable } from './unavailable.ts'

const names = parts.map(({ name }) => name)
const planned = stillPlanned(names)

const options = {
  // What a part declares stands first, and in place of what was planned under its name.
  ...partOptions,
  ...plannedOptions,
  ...partOptions,
  checks: list(z.enum([...names, ...Object.keys(planned)]))
    .optional()
    .register(texts, { description: 'Which checks to run; by default all that the configuration or the server makes possible.' }),
  quick: z.boolean().default(false).register(texts, { description: 'Leave out the slow checks.' }),
  thresholds: thresholdsOption({ ...thresholdsOfParts(parts), ...plannedThresholds, ...thresholdsOfParts(parts) }),
}

const reads = ['compose', 'database', 'privileges', 'time-zone'] as const
type CheckId = (typeof parts)[number]['ids'][number]
type Options = ActionOptions<typeof options, (typeof reads)[number]>

const defaultTimeoutMs = 60_000

const wanted = ({ checks, quick }: Options) => parts.filter(({ name, slow }) => checks?.includes(name) !== false && !(quick && slow))

const checksOf = (given: Options, context: Context): readonly PlannedPart<CheckOutcome<CheckId>>[] =>
  wanted(given).map((part) => {
    const asked = given.checks?.includes(part.name) === true || part.configured?.(given) === true
    return { part, run: () => part.run(given, context, asked) }
  })

const unfinished = unfinishedAs('check.failed')

const factsOf = (ran: readonly RanPart<CheckOutcome>[]): JsonObject => {
  const facts = ran.map(({ outcome }) => outcome?.facts ?? {})
  return { ...Object.assign({}, ...facts), lines: Object.assign({}, ...facts.map(({ lines }) => lines)) }
}

const run = async (given: Options, context: Context) => {
  const ran = await runPartsSideBySide(checksOf(given, context), { signal: context.signal, unfinished })
  const scope = completedParts(ran)
  const findings = [
    ...withCauses(ran.flatMap((one) => one.findings)),
    ...unavailable(given, planned),
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
  options,
  later: Object.keys(plannedOptions).filter((name) => !Object.hasOwn(partOptions, name)),
  ids: idsOfParts(parts, [...clockIds, 'check.failed', 'check.unavailable']),
  renamed: renamedInParts(parts),
  disturbedByWork: disturbedInParts(parts),
  outputs: { checks: { description: 'Number of checks that were completed.' } },
  timeoutMs: (given) => Math.max(defaultTimeoutMs, ...wanted(given).map((part) => part.longestTimeoutMs?.(given) ?? 0)),
  run,
})
