/** From `[warning, critical]` or `{ warning, critical, clear }`; the numbers are in the option's own unit (ms, bytes, a fraction of 1). */
export type Threshold = {
  readonly warning: number
  readonly critical: number
  /** Where a finding counts as cleared again; the warning value when none was given. */
  readonly clear: number
  /** `above`: larger is worse (cpu). `below`: smaller is worse (disk free). */
  readonly worse: 'above' | 'below'
}

/** Judges a number against a threshold: status, and whether it is beyond the clear value. */
export const judge = (
  value: number,
  threshold: Threshold,
): { readonly status: 'ok' | 'warning' | 'critical'; readonly cleared: boolean } => {
  const reaches = (limit: number) => (threshold.worse === 'above' ? value >= limit : value <= limit)
  const status = reaches(threshold.critical) ? 'critical' : reaches(threshold.warning) ? 'warning' : 'ok'
  return { status, cleared: status === 'ok' && !reaches(threshold.clear) }
}
