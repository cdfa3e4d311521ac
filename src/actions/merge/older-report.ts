import type { z } from 'zod'
import type { Finding } from '../../contract/finding.ts'
import type { Report } from '../../contract/report.ts'
import { findingSchema } from '../../core/report-schema.ts'
import { mayBeOwnWork } from '../../incidents/disturbed.ts'
import { currentId } from '../../incidents/renamed.ts'

/** A finding as any release wrote it: before 0.2 without its check, and what was not checked was told by its advice. */
export const findingOfAnyRelease = findingSchema.partial({ check: true })
type Given = z.output<typeof findingOfAnyRelease>

const notCheckedPrefix = /^not checked:\s*/

/** Only a finding that a check could not end says its check by its subject; of the others none is known, and incidents know what that means. */
const checkOf = ({ check, subject }: Given): string => check ?? /^check\/([\w-]{1,40})$/.exec(subject)?.[1] ?? ''

const notCheckedOf = ({ check, status, advice }: Given): Partial<Pick<Finding, 'notChecked' | 'advice'>> =>
  check === undefined && status === 'ok' && notCheckedPrefix.test(advice)
    ? { notChecked: advice.replace(notCheckedPrefix, ''), advice: '' }
    : {}

/** A finding without its check comes from a release that did not say either whether our own work explains it. */
const disturbedOf = ({ check, id, subject }: Given, action: string): Partial<Pick<Finding, 'disturbedByWork'>> =>
  check === undefined && mayBeOwnWork({ action, id, key: subject }) ? { disturbedByWork: true } : {}

/** A finding as this release would say it. */
export const findingOfToday = (given: Given, action: string): Finding => {
  const { check: _, parent, ...rest } = given
  return {
    ...rest,
    ...notCheckedOf(given),
    ...disturbedOf(given, action),
    id: currentId(given.id),
    check: checkOf(given),
    ...(parent === undefined ? {} : { parent: { ...parent, id: currentId(parent.id) } }),
  }
}

/** The past that a report carries, under the ids of today. */
export const pastOfToday = (report: Report): Report => {
  const past = report.origin?.past
  if (report.origin === undefined || past === undefined) return report
  const findings = past.findings.map((one) => ({ ...one, id: currentId(one.id) }))
  return { ...report, origin: { ...report.origin, past: { ...past, findings } } }
}
