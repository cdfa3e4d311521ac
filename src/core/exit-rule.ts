import type { Status } from '../contract/status.ts'

export const failOnValues = ['warning', 'critical', 'never'] as const
export type FailOn = (typeof failOnValues)[number]

/** `unknown` counts as reaching `critical`: what could not be looked at is not healthy. */
const fails: Record<FailOn, Record<Status, boolean>> = {
  warning: { ok: false, warning: true, unknown: true, critical: true },
  critical: { ok: false, warning: false, unknown: true, critical: true },
  never: { ok: false, warning: false, unknown: false, critical: false },
}

/** Whether the step fails for its verdict; user errors and the like fail it whatever `fail-on` says. */
export const failsStep = (status: Status, failOn: FailOn): boolean => fails[failOn][status]
