import { type Finding, finding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'

/** What every judgement of a folder of certbot shares. */
export type About = {
  readonly directory: string
  /** The user named the folder: then "could not look" is `unknown`. */
  readonly asked: boolean
  readonly now: Instant
  /** How often the renewal runs; twice of it may pass before a certificate that is due counts as late. */
  readonly renewalPeriodMs: number
}

type Given = Pick<Finding, 'id' | 'subject' | 'status' | 'title' | 'observed' | 'expected'> & Partial<Finding>

/** A finding of the part `letsencrypt`: facts of the disk, for those who run the server. */
export const told = (given: Given): Finding => finding({ check: 'letsencrypt', certainty: 'hard', audience: 'infrastructure', ...given })

type Unseen = { readonly cause: string; readonly advice: string }

type Where = Pick<Finding, 'id' | 'subject'>

/** "Could not look": `unknown` when the user asked for it, otherwise `ok` with the advice "not checked: …". */
export const unseen = ({ id, subject }: Where, why: Unseen, asked: boolean): Finding =>
  told({
    id,
    subject,
    status: asked ? 'unknown' : 'ok',
    cleared: false,
    title: `${subject}: ${asked ? 'could not look' : 'not checked'}`,
    observed: why.cause,
    expected: '',
    advice: asked ? why.advice : `not checked: ${why.cause}; ${why.advice}`,
    certainty: 'soft',
  })
