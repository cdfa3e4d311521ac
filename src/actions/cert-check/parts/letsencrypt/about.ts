import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant, Obstacle } from '../../../../contract/seen.ts'

/** What every judgement of a folder of certbot shares. */
export type LetsencryptSubject = {
  readonly directory: string
  /** The user named the folder: then "could not look" is `unknown`. */
  readonly asked: boolean
  readonly now: Instant
  /** How often the renewal runs; twice of it may pass before a certificate that is due counts as late. */
  readonly renewalPeriodMs: number
}

/** What a folder of certbot is judged by, besides its certificates. */
export const certbotIds = [
  'certbot.lineages',
  'certbot.config',
  'certbot.links',
  'certbot.key',
  'certbot.fullchain',
  'certbot.renewal',
  'certbot.hook',
  'certbot.timer',
  'certbot.last-run',
  'certbot.dry-run',
] as const
export type CertbotId = (typeof certbotIds)[number]
export type CertbotFinding = JudgedFinding<CertbotId>

type Given = Pick<CertbotFinding, 'id' | 'subject' | 'status' | 'title' | 'observed' | 'expected'> & Partial<Omit<JudgedFinding, 'id'>>

/** A fact of the disk, for those who run the server. */
export const told = (given: Given): CertbotFinding => finding({ certainty: 'hard', audience: 'infrastructure', ...given })

/** "Could not look": `unknown` when the user asked for it, otherwise `ok` and not checked. */
export const unseen = (
  { id, subject }: Pick<CertbotFinding, 'id' | 'subject'>,
  { cause, advice }: Obstacle,
  asked: boolean,
): CertbotFinding =>
  told({
    id,
    subject,
    status: asked ? 'unknown' : 'ok',
    ...(asked ? {} : { notChecked: cause }),
    cleared: false,
    title: `${subject}: ${asked ? 'could not look' : 'not checked'}`,
    observed: cause,
    expected: '',
    advice,
    certainty: 'soft',
  })
