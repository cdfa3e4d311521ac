import { z } from 'zod'
import { defineAction, type OptionShape } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { type Finding, finding } from '../../contract/finding.ts'
import { list } from '../../core/options/list.ts'
import { judgeRecoveries } from '../../core/pending-recovery.ts'
import { withCauses } from './causes.ts'
import type { Check, SharedOptions } from './check.ts'
import { judgeClock } from './clock.ts'
import { checks } from './parts.generated.ts'
import { plannedChecks } from './planned-checks.ts'
import { type Planned, runChecks } from './run-checks.ts'
import { thresholds } from './thresholds.ts'

const names = [...checks.map((check) => check.name), ...Object.keys(plannedChecks)]

const ownOptions = {
  checks: list(z.enum(names))
    .optional()
    .meta({ description: 'Which checks to run; by default all that the configuration or the server makes possible.' }),
  quick: z.boolean().default(false).meta({ description: 'Leave out the slow checks.' }),
  thresholds,
}

type OwnOptions = { readonly [Key in keyof typeof ownOptions]: z.output<(typeof ownOptions)[Key]> }
type Options = OwnOptions & SharedOptions & Readonly<Record<string, unknown>>

const optionsOfChecks: OptionShape = Object.assign({}, ...checks.map((check) => check.options))
const optionsOfPlannedChecks: OptionShape = Object.fromEntries(
  Object.entries(plannedChecks).flatMap(([check, { option }]) =>
    option === undefined
      ? []
      : [
          [
            option,
            z
              .unknown()
              .optional()
              .meta({ description: `Not in this release: the ${check} check.` }),
          ],
        ],
  ),
)

const defaultTimeoutMs = 60_000

const wanted = (options: Options): readonly Planned[] =>
  checks.flatMap((check: Check) => {
    const named = options.checks?.includes(check.name)
    if (named === false || (options.quick && check.slow)) return []
    return [{ check, options, asked: named === true || check.configured(options as never) }]
  })

/** What the user asked for and this release does not have: said as "could not look", so that nobody takes silence for health. */
const unavailable = (options: Options): readonly Finding[] =>
  Object.entries(plannedChecks)
    .filter(([, { slow }]) => !(options.quick && slow))
    .filter(([check, { option }]) => options.checks?.includes(check) ?? (option !== undefined && options[option] !== undefined))
    .map(([check]) =>
      finding({
        id: 'check.unavailable',
        subject: `check/${check}`,
        status: 'unknown',
        title: `${check}: not in this release`,
        observed: 'this release of Ronde has no such check',
        expected: 'a check that exists',
        advice: `take ${check} out of \`checks\` or its section out of ronde.yml, or update Ronde when it is there`,
        audience: 'technical',
      }),
    )

const run = async (options: Options, context: Context) => {
  const ran = await runChecks(wanted(options), context)
  const findings = [
    ...withCauses(ran.findings),
    ...unavailable(options),
    ...judgeRecoveries(context.recoveries()),
    ...judgeClock(await context.clock()),
  ]
  return { ...ran, findings, outputs: { checks: ran.scope.length }, attachments: [] }
}

export const action = defineAction({
  name: 'health-check',
  description: 'Checks compose services, HTTP endpoints and PostgreSQL, and says what is wrong and what to do.',
  kind: 'observe',
  reads: ['compose', 'database', 'privileges', 'time-zone'],
  options: { ...optionsOfChecks, ...optionsOfPlannedChecks, ...ownOptions },
  later: Object.keys(optionsOfPlannedChecks),
  outputs: { checks: { description: 'Number of checks that were completed.' } },
  timeoutMs: (options) => {
    const explicit = wanted(options as Options).map(({ check }) => check.longestTimeoutMs?.(options as never) ?? 0)
    return Math.max(defaultTimeoutMs, ...explicit)
  },
  run: (options, context) => run(options as Options, context),
})
