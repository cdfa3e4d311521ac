import type { Finding } from '../../contract/finding.ts'

/** The server of the address answered, and its answer is wrong: what stands behind it may be why. */
const answers: ReadonlySet<string> = new Set(['endpoint.status', 'endpoint.body'])

/** A database that lets nobody in explains the wrong answers of the same run: one incident with lines, not one for each address. */
export const withCauses = (findings: readonly Finding[]): readonly Finding[] => {
  const database = findings.find((one) => one.id === 'postgres.reachable' && one.status === 'critical')
  if (database === undefined) return findings
  const parent = { id: database.id, subject: database.subject }
  return findings.map((one) => (answers.has(one.id) && one.status !== 'ok' && one.parent === undefined ? { ...one, parent } : one))
}
