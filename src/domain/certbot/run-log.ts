import type { Instant } from '../../contract/seen.ts'

/** One start of certbot in its log that meant to renew; other starts (`certificates`, `--help`) are not told. */
export type CertbotRun = {
  readonly at: Instant
  readonly dryRun: boolean
  /** `unfinished`: the log ends without its verdict; it may run still. */
  readonly outcome: 'renewed' | 'nothing-due' | 'failed' | 'unfinished'
  /** What failed, each with certbot's own words, bounded. Untrusted text. */
  readonly failures: readonly { readonly lineage: string; readonly cause: string }[]
  /** Hooks that ended with an error, by their kind: certbot itself exits 0 for them. */
  readonly hooks: readonly { readonly kind: string; readonly exitCode: number }[]
}

type Line = { readonly at: Instant; readonly logger: string; readonly text: string }

const longestCause = 300
const mostFailures = 20

const shape = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),(\d{3}):[A-Z]+:([\w.]{1,100}):(.*)$/

/** Certbot writes the server's local time. */
const parseLine = (text: string): Line | undefined => {
  const match = shape.exec(text.slice(0, 4_000))
  if (match === null) return undefined
  const [year, month, day, hour, minute, second, ms] = match.slice(1, 8).map(Number)
  const at = new Date(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, ms).getTime()
  return { at, logger: match[8] ?? '', text: match[9] ?? '' }
}

/** A first line, and by it that a new start begins. */
const isStart = ({ logger, text }: Line) => logger === 'certbot._internal.main' && text.startsWith('certbot version: ')

/** A certificate was written: by a renewal, or as the first of its lineage. */
const isWriting = ({ logger, text }: Line) => logger === 'certbot._internal.storage' && text.startsWith('Writing ')

const isRenewal = (lines: readonly Line[]) => lines.some((line) => line.logger === 'certbot._internal.renewal' || isWriting(line))

const failuresOf = (lines: readonly Line[]): CertbotRun['failures'] =>
  lines.flatMap(({ text }) => {
    const failed = /^Failed to renew certificate (\S{1,200}) with error: (.*)$/.exec(text)
    const broken =
      /^Renewal configuration file (?:\S*\/)?([^/\s]{1,200})\.conf (?:is broken|lacks|does not specify|references|\(cert)/.exec(text)
    if (failed !== null) return [{ lineage: failed[1] ?? '', cause: (failed[2] ?? '').slice(0, longestCause) }]
    return broken === null ? [] : [{ lineage: broken[1] ?? '', cause: 'its renewal configuration cannot be used' }]
  })

const hooksOf = (lines: readonly Line[]): CertbotRun['hooks'] =>
  lines.flatMap(({ text }) => {
    // The second form is that of certbot 1.
    const match =
      /^Hook '([a-z-]{1,30})' reported error code (-?\d{1,5})$/.exec(text) ??
      /^([a-z-]{1,30}) command .* returned error code (-?\d{1,5})$/.exec(text)
    return match === null ? [] : [{ kind: match[1] ?? '', exitCode: Number(match[2]) }]
  })

const succeeded = /^Notifying user: Congratulations, all (?:simulated )?renewals succeeded/

const outcomeOf = (lines: readonly Line[]): CertbotRun['outcome'] => {
  const says = (words: RegExp) => lines.some(({ text }) => words.test(text))
  if (says(/^\d+ renew failure\(s\), \d+ parse failure\(s\)|^Failed to renew certificate |^Exiting abnormally/)) return 'failed'
  if (says(succeeded) || lines.some(isWriting)) return 'renewed'
  return says(/^no renewal failures$/) ? 'nothing-due' : 'unfinished'
}

const asRun = (lines: readonly Line[]): CertbotRun | undefined => {
  const first = lines[0]
  if (first === undefined || !isRenewal(lines)) return undefined
  return {
    at: first.at,
    dryRun: lines.some(({ text }) => text.startsWith('Arguments: ') && text.includes("'--dry-run'")),
    outcome: outcomeOf(lines),
    failures: failuresOf(lines).slice(0, mostFailures),
    hooks: hooksOf(lines).slice(0, mostFailures),
  }
}

/** The renewals in a log of certbot, oldest first. A log whose head was cut begins with its first whole start. */
export const parseRunLog = (text: string): readonly CertbotRun[] => {
  const starts: Line[][] = []
  for (const raw of text.split('\n')) {
    const line = parseLine(raw)
    if (line === undefined) continue
    if (isStart(line)) starts.push([])
    starts.at(-1)?.push(line)
  }
  return starts.map(asRun).filter((one) => one !== undefined)
}
