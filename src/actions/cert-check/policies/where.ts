import { type Finding, finding } from '../../../contract/finding.ts'
import type { PartName } from '../part.ts'

/** What a certificate is judged for: whose finding it is, and what there is to do about it. Commands are absent where a name fits no shell. */
export type Where = {
  readonly check: PartName
  readonly subject: string
  /** `presented at 192.0.2.1`, where several were seen; else empty. */
  readonly place: string
  /** Shows the certificate. */
  readonly show: string | undefined
  /** Makes it anew. */
  readonly renew: string | undefined
}

type Given = Pick<Finding, 'id' | 'status' | 'title' | 'observed' | 'expected'> & Partial<Finding>

/** `text`, then `run: command` when there is one. */
export const advise = (text: string, command: string | undefined): string =>
  command === undefined ? text : text === '' ? `run: ${command}` : `${text}; run: ${command}`

/** A finding about one place: a hard fact, for those who look after security. */
export const judged = ({ check, subject, place }: Where, given: Given): Finding =>
  finding({
    certainty: 'hard',
    audience: 'security',
    ...given,
    check,
    subject,
    title: `${subject}: ${given.title}`,
    observed: place === '' ? given.observed : `${given.observed}, ${place}`,
  })
