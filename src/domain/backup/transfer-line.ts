import { formatBytes, formatDuration } from '../../core/quantity.ts'

export type TransferState = { readonly bytes: number; readonly elapsedMs: number; readonly expectedBytes: number | undefined }

/** `dump 612 MB of about 2.1 GB, 84 MB/s, about 18 s left` */
export const transferLine = (what: string, { bytes, elapsedMs, expectedBytes }: TransferState): string => {
  const perSecond = elapsedMs <= 0 ? 0 : (bytes / elapsedMs) * 1_000
  const known = expectedBytes !== undefined && expectedBytes > bytes
  const left = known && perSecond > 0 ? `, about ${formatDuration(Math.ceil((expectedBytes - bytes) / perSecond) * 1_000)} left` : ''
  return `${what} ${formatBytes(bytes)}${known ? ` of about ${formatBytes(expectedBytes)}` : ''}, ${formatBytes(perSecond)}/s${left}`
}
