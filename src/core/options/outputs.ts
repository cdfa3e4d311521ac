import type { OutputShape } from '../../contract/action.ts'

/** Outputs that every action has, a round included: paths, counts and short strings. */
export const commonOutputs = {
  status: { description: '`ok`, `warning`, `unknown` or `critical`.' },
  report: { description: 'Path of the JSON report.' },
  summary: { description: 'The verdict in one line.' },
  findings: { description: 'Number of findings that are not `ok`.' },
} as const satisfies OutputShape
