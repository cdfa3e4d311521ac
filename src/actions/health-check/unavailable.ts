import { type ActionFinding, finding } from '../../contract/finding.ts'
import type { PlannedCheck, plannedOptions } from './planned-checks.ts'

type Asked = { readonly [Option in keyof typeof plannedOptions]?: unknown } & {
  readonly checks?: readonly string[] | undefined
  readonly quick: boolean
}

/** What the user asked for and this release does not have: said as "could not look", so that nobody takes silence for health. */
export const unavailable = (
  options: Asked,
  planned: Readonly<Record<string, PlannedCheck>>,
): readonly ActionFinding<'check.unavailable'>[] =>
  Object.entries(planned)
    .filter(([, { slow }]) => !(options.quick && slow))
    .filter(([check, { option }]) => options.checks?.includes(check) ?? (option !== undefined && options[option] !== undefined))
    .map(([check]) => ({
      check,
      ...finding({
        id: 'check.unavailable',
        subject: `check/${check}`,
        status: 'unknown',
        title: `${check}: not in this release`,
        observed: 'this release of Ronde has no such check',
        expected: 'a check that exists',
        advice: `take ${check} out of \`checks\` or its section out of ronde.yml, or update Ronde when it is there`,
        audience: 'technical',
      }),
    }))
