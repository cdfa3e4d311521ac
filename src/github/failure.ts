import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { IssuesFailure } from '../contract/issues.ts'
import type { Instant } from '../contract/seen.ts'
import { plainLine } from '../core/text/plain.ts'

/** What a request is about: the same status means different things. */
export type Topic = 'repository' | 'issue' | 'person' | 'contents'
export type Refused = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly data: unknown }

/** The block of a job that needs these permissions. */
export const permissionsText = (needs: Readonly<Record<string, string>>): string =>
  ['permissions:', ...Object.entries(needs).map(([name, level]) => `  ${name}: ${level}`)].join('\n')

/** What a job needs to write issues; `contents` because naming one permission takes the others away. */
export const issuesPermissions = permissionsText({ contents: 'read', issues: 'write' })

const refusalShape = z.object({ message: z.string(), errors: z.array(z.unknown()).optional() })

/** GitHub's own words, with the fields that it names; one bounded line. */
const messageOf = (data: unknown): string => {
  try {
    const { message, errors = [] } = refusalShape.parse(data)
    return plainLine([message, ...errors.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))].join('; '), 500)
  } catch {
    // A proxy's page or half an answer: its text says nothing to a person.
    return 'no message'
  }
}

/** GitHub's advice when a secondary limit says nothing else. */
const defaultWaitMs = 60_000

const first = (value: string | string[] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''))

/** No limit of GitHub's lasts longer; what says so is not believed. */
const longestLimitMs = 24 * 3_600_000

const inTime = (at: Instant, now: Instant): Instant => (at - now <= longestLimitMs ? at : now + longestLimitMs)

/** When GitHub may be asked again; its reset time is read by GitHub's own clock. */
const retryAt = (headers: IncomingHttpHeaders, now: Instant): Instant => {
  const after = first(headers['retry-after'])
  if (/^\d{1,15}$/.test(after)) return inTime(now + Number(after) * 1000, now)
  const date = Date.parse(after)
  if (!Number.isNaN(date)) return inTime(date, now)
  const reset = Number(first(headers['x-ratelimit-reset'])) * 1000
  const theirs = Date.parse(first(headers.date))
  const isSpent = first(headers['x-ratelimit-remaining']) === '0'
  return isSpent && reset > 0 ? inTime(now + Math.max(1000, reset - (Number.isNaN(theirs) ? now : theirs)), now) : now + defaultWaitMs
}

const isLimited = ({ status, headers }: Refused, message: string): boolean =>
  status === 429 ||
  (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0' || /rate limit/i.test(message)))

/** Refusals that no permission of the job heals, by GitHub's own words. */
const ownAdvice: readonly (readonly [RegExp, string])[] = [
  [/\barchived\b/i, 'unarchive the repository, or turn incidents off'],
  [/\bIP allow list\b/i, "add the runner's address to the IP allow list of the organization, or use a runner that is on it"],
  [/\bSAML\b/i, 'authorize the token for the single sign-on of the organization, or use the token of the job'],
  [/\b(?:suspended|disabled|blocked)\b/i, 'ask the owner of the account or of the organization'],
]

const notPermitted = (cause: string, said: string, needs: string): IssuesFailure => {
  const own = ownAdvice.find(([pattern]) => pattern.test(said))?.[1]
  return own === undefined ? forbidden(cause, needs) : { kind: 'forbidden', cause, advice: own }
}

const forbidden = (cause: string, needs: string, before = ''): IssuesFailure => ({
  kind: 'forbidden',
  cause,
  advice: `${before}the job that runs Ronde needs\n${needs}`,
})

type Judge = (said: string, topic: Topic, needs: string) => IssuesFailure
const gone = (cause: string): IssuesFailure => ({ kind: 'gone', cause })
const refused = (cause: string, status?: number): IssuesFailure => ({ kind: 'refused', cause, ...(status === undefined ? {} : { status }) })

const moved: Judge = (said, topic) =>
  topic === 'issue' ? gone(`the issue was transferred: ${said}`) : refused(`the repository was renamed or moved: ${said}`)

const onStatus: Readonly<Record<number, Judge>> = {
  301: moved,
  302: moved,
  307: moved,
  308: moved,
  401: (said, _, needs) => forbidden(`GitHub does not take the token: ${said}`, needs, 'give a token that is valid as the input `token`; '),
  403: (said, topic, needs) =>
    topic === 'person' || /\blocked\b/i.test(said) ? refused(said) : notPermitted(`GitHub refuses it: ${said}`, said, needs),
  404: (said, topic, needs) => {
    if (topic === 'issue') return gone(`the issue is not there: ${said}`)
    if (topic === 'contents') return gone(`it is not there: ${said}`)
    return topic === 'person' ? refused(said) : forbidden(`the token sees no such repository: ${said}`, needs)
  },
  410: (said, topic, needs) =>
    topic === 'issue' && !/disabled/i.test(said)
      ? gone(`the issue was deleted: ${said}`)
      : forbidden(`issues are off: ${said}`, needs, 'turn issues on in the settings of the repository, or incidents off; '),
}

export type FailureContext = {
  readonly topic: Topic
  readonly now: Instant /** The block to name when a permission is missing. */
  readonly needs?: string | undefined
}

/** What an answer that is not a success means. */
export const failureOf = (answer: Refused, { topic, now, needs = issuesPermissions }: FailureContext): IssuesFailure => {
  const { status } = answer
  const message = messageOf(answer.data)
  const said = `${message} (${status})`
  if (isLimited(answer, message)) {
    const until = retryAt(answer.headers, now)
    return { kind: 'rate-limited', cause: `GitHub limits the rate: ${said}, until ${new Date(until).toISOString()}`, retryAt: until }
  }
  if (status >= 500) return { kind: 'unreachable', cause: `GitHub: ${said}` }
  return onStatus[status]?.(said, topic, needs) ?? refused(said, topic === 'contents' ? status : undefined)
}
