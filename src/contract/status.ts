/** The monitoring-plugins words. `unknown` means "could not look"; it is never shown as healthy. */
export const statuses = ['ok', 'warning', 'unknown', 'critical'] as const
export type Status = (typeof statuses)[number]

const rank: Record<Status, number> = { ok: 0, warning: 1, unknown: 2, critical: 3 }

/** Sorts worst first: `findings.toSorted((a, b) => byWorstStatus(a.status, b.status))`. */
export const byWorstStatus = (a: Status, b: Status): number => rank[b] - rank[a]

/** The worst of several; none at all is `unknown`, since nothing was looked at. */
export const worstStatus = (all: readonly Status[]): Status => all.toSorted(byWorstStatus)[0] ?? 'unknown'
