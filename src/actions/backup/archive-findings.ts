import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { formatBytes } from '../../core/quantity.ts'
import type { MadeBackup } from './part.ts'

type VerifiedFinding = JudgedFinding<'backup.verified'>

const expected = 'an archive that was read back, of files that nobody changed meanwhile'
const mostTold = 20

/** How failures begin that say only that somebody wrote meanwhile. */
export const inconsistentWord = 'inconsistent: '

const adviceFor = (cause: string): string =>
  /Permission denied|not permitted/.test(cause)
    ? 'let this user read it, or run the runner as a user that may'
    : 'see the evidence; what was begun was taken back'

/** Why there is no archive. */
export const notArchived = (subject: string, cause: string, advice = adviceFor(cause)): VerifiedFinding =>
  finding({
    id: 'backup.verified',
    subject,
    status: 'critical',
    title: `${subject}: no backup was made`,
    observed: cause,
    expected,
    advice,
    certainty: 'hard',
    audience: 'technical',
  })

/** An archive of files that changed while they were read is kept, and is no success. */
export const judgeArchive = (subject: string, { id, bytes, proof }: MadeBackup): VerifiedFinding => {
  const shared = {
    id: 'backup.verified',
    subject,
    expected,
    certainty: 'hard',
    audience: 'technical',
    measurements: [{ name: 'backup', value: bytes, unit: 'bytes' }],
  } as const
  if (proof.verified) return finding({ ...shared, status: 'ok', title: `${subject}: backup ${id} is proven`, observed: formatBytes(bytes) })
  const isOnlyInconsistent = proof.failures.every((one) => one.startsWith(inconsistentWord))
  return finding({
    ...shared,
    status: isOnlyInconsistent ? 'warning' : 'critical',
    title: `${subject}: backup ${id} is ${isOnlyInconsistent ? 'inconsistent' : 'not proven'}`,
    observed: proof.failures.slice(0, 3).join('; '),
    advice: isOnlyInconsistent
      ? 'name the services that write there in `stop-services`; the archive is kept'
      : 'do not count on it: the backups before it are untouched; see that the drill key is one of the recipients',
    evidence: proof.failures.slice(0, mostTold),
  })
}
