import { finding, type JudgedFinding } from '../../../contract/finding.ts'

/** What a certificate is judged for: its subject, and what there is to do about it. Commands are absent where a name fits no shell. */
export type CertificatePlace = {
  readonly subject: string
  /** `presented at 192.0.2.1`, where several were seen; else empty. */
  readonly place: string
  /** Shows the certificate. */
  readonly show: string | undefined
  /** Makes it anew. */
  readonly renew: string | undefined
}

/** A fact about a place, before the place is said. */
export type JudgedFact<Id extends string> = Pick<JudgedFinding<Id>, 'id' | 'status' | 'title' | 'observed' | 'expected'> &
  Partial<Omit<JudgedFinding, 'id'>>

/** `text`, then `run: command` when there is one. */
export const advise = (text: string, command: string | undefined): string =>
  command === undefined ? text : text === '' ? `run: ${command}` : `${text}; run: ${command}`

/** A finding about one place: a hard fact, for those who look after security. */
export const judged = <const Id extends string>({ subject, place }: CertificatePlace, given: JudgedFact<Id>): JudgedFinding<Id> =>
  finding({
    certainty: 'hard',
    audience: 'security',
    ...given,
    subject,
    title: `${subject}: ${given.title}`,
    observed: place === '' ? given.observed : `${given.observed}, ${place}`,
  })
