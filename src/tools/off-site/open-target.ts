import type { LentOffSite } from '../../contract/common-options.ts'
import type { Programs } from '../../contract/process.ts'
import { directoryTarget } from './directory.ts'
import { rcloneTarget, type S3Place, s3Remote } from './rclone.ts'
import type { OffSiteTarget } from './target.ts'

const longestMs = 6 * 3_600_000

const placeOf = (given: NonNullable<LentOffSite['s3']>): S3Place => ({
  bucket: given.bucket,
  endpoint: given.endpoint,
  region: given.region,
  accessKey: given['access-key'],
  secretKey: given['secret-key'],
})

/** The place that an entry of `off-site` names. */
export const offSiteTarget = (
  option: LentOffSite,
  { signal, programs }: { readonly signal: AbortSignal; readonly programs: Pick<Programs, 'run' | 'pipe'> },
): OffSiteTarget => {
  const limits = { signal, timeoutMs: longestMs }
  if (option.directory !== undefined) return directoryTarget(option.directory, signal)
  if (option.s3 !== undefined) return rcloneTarget(s3Remote(placeOf(option.s3)), programs, limits)
  const remote = option.rclone ?? ''
  return rcloneTarget({ name: remote, remote, config: option['rclone-config'], s3: false }, programs, limits)
}
