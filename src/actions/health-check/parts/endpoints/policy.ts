import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { formatBytes, formatDuration } from '../../../../core/quantity.ts'
import { judge } from '../../../../core/threshold.ts'
import { beginningWords, bodyMistake, type EndpointAnswer, expectsBody, isEndless } from './answer.ts'
import { accepts, statusWords } from './expected-status.ts'
import { faultWords } from './fault-words.ts'
import type { EndpointAttempts, Observation } from './observation.ts'
import type { EndpointTarget } from './target.ts'

/** What an endpoint is judged by. */
export const endpointIds = [
  'endpoint.configured',
  'endpoint.reachable',
  'endpoint.certificate',
  'endpoint.redirect',
  'endpoint.status',
  'endpoint.body',
  'endpoint.latency',
  'check.failed',
] as const
export type EndpointId = (typeof endpointIds)[number]
type EndpointFinding = JudgedFinding<EndpointId>

type Given<Id extends EndpointId> = Pick<JudgedFinding<Id>, 'id' | 'status' | 'title' | 'observed' | 'expected'> &
  Partial<Omit<JudgedFinding<Id>, 'id'>>

const make = <const Id extends EndpointId>(target: EndpointTarget, given: Given<Id>): JudgedFinding<Id> =>
  finding({
    ...given,
    subject: target.subject,
    ...(target.endpoint.name === undefined ? {} : { label: target.endpoint.name }),
    audience: 'technical',
    title: `${target.label}: ${given.title}`,
  })

const statusAdvice = (status: number, expected: string): string => {
  if (status >= 502 && status <= 504) return 'the proxy answers, what is behind it does not: see whether that service runs'
  if (status >= 500) return 'look at the error log of the service'
  if (status === 401 || status === 403) return 'give it the credentials that it wants by `headers`, or expect this status'
  return status >= 400
    ? `correct the URL, or the service so that it answers ${expected}`
    : `expect this status by \`status: ${status}\` if it is meant`
}

/** One line for an attempt that failed. */
const failureLine = (one: Observation, target: EndpointTarget): string => {
  if (one.kind === 'fault') return faultWords(one.fault, target).observed
  if (one.kind === 'unseen') return one.cause
  if (one.kind === 'killed') return one.ended
  if (one.kind === 'open') return 'connected'
  if (!accepts(target.status, one.status)) return `status ${one.status}`
  const mistake = bodyMistake(one, target) ?? (isEndless(one, target) ? 'its answer is too long to read to its end' : undefined)
  return mistake ?? `answered in ${formatDuration(one.timing.totalMs)}`
}

/** What the service says about its failure itself. */
const beginningOf = (answer: EndpointAnswer, target: EndpointTarget): readonly string[] => {
  const { beginning, body } = answer
  const isExpected = expectsBody(target) && bodyMistake(answer, target) === undefined
  const text = isExpected ? '' : (beginning ?? (body !== undefined && 'text' in body ? body.text : ''))
  return text.trim() === '' ? [] : [`its body begins with ${beginningWords(text)}`]
}

const tries = ({ attempts }: EndpointAttempts): string =>
  attempts.length === 1 ? '' : `, attempt ${attempts.length} of ${attempts.length}`

/** The attempts before the last one, for the finding that tells what came of them. */
const earlier = ({ attempts }: EndpointAttempts, target: EndpointTarget): readonly string[] =>
  attempts.slice(0, -1).map((one, index) => `attempt ${index + 1}: ${failureLine(one, target)}`)

const reached = (target: EndpointTarget, observed: EndpointAttempts, how: string): JudgedFinding<'endpoint.reachable'> => {
  const before = earlier(observed, target)
  return make(target, {
    id: 'endpoint.reachable',
    status: 'ok',
    title: target.kind === 'tcp' ? 'connects' : 'answers',
    observed: before.length === 0 ? how : `${how}, on attempt ${observed.attempts.length}`,
    expected: `${target.kind === 'tcp' ? 'a connection' : 'an answer'} within ${formatDuration(target.timeoutMs)}`,
    evidence: before,
  })
}

const certified = (target: EndpointTarget, redirects: readonly string[] = []): readonly JudgedFinding<'endpoint.certificate'>[] =>
  (target.secure || redirects.some((place) => place.startsWith('https:'))) && target.endpoint['tls-verify'] !== false
    ? [
        make(target, {
          id: 'endpoint.certificate',
          status: 'ok',
          title: 'its certificate is accepted',
          observed: 'the certificate is valid for this name',
          expected: 'a certificate that is valid for this name',
        }),
      ]
    : []

const redirected = (target: EndpointTarget, redirects: readonly string[]): readonly JudgedFinding<'endpoint.redirect'>[] =>
  target.kind === 'http' && target.endpoint.redirects !== 'none'
    ? [
        make(target, {
          id: 'endpoint.redirect',
          status: 'ok',
          title: 'no unexpected redirect',
          observed: redirects.length === 0 ? 'no redirect' : `followed ${redirects.length}: ${redirects.slice(0, 3).join(', ')}`,
          expected: target.endpoint.redirects === 'any' ? 'at most 10 redirects' : 'an answer of its own origin',
        }),
      ]
    : []

const statusFinding = (target: EndpointTarget, answer: EndpointAnswer, observed: EndpointAttempts): JudgedFinding<'endpoint.status'> => {
  const expected = statusWords(target.status)
  const good = accepts(target.status, answer.status)
  return make(target, {
    id: 'endpoint.status',
    status: good ? 'ok' : 'critical',
    title: good ? `answered ${answer.status}` : `answered ${answer.status} instead of ${expected}`,
    observed: `status ${answer.status} after ${formatDuration(answer.timing.totalMs)}${good ? '' : tries(observed)}`,
    expected,
    advice: good ? '' : statusAdvice(answer.status, expected),
    evidence: good ? [] : [...beginningOf(answer, target), ...earlier(observed, target)],
  })
}

const bodyFinding = (target: EndpointTarget, answer: EndpointAnswer, observed: EndpointAttempts): JudgedFinding<'endpoint.body'> => {
  const mistake = bodyMistake(answer, target)
  const parts = [
    ...(target.json === undefined ? [] : [`JSON with ${JSON.stringify(target.json)}`]),
    ...(target.text === undefined ? [] : [`the text ${JSON.stringify(target.text)}`]),
  ]
  return make(target, {
    id: 'endpoint.body',
    status: mistake === undefined ? 'ok' : 'critical',
    title: mistake === undefined ? 'its answer is as expected' : 'its answer is not as expected',
    observed: mistake ?? 'the expected content',
    expected: parts.join(' and '),
    advice: mistake === undefined ? '' : 'look at what the service says about itself, and at its log',
    evidence: mistake === undefined ? [] : earlier(observed, target),
  })
}

const endless = (target: EndpointTarget, answer: EndpointAnswer): JudgedFinding<'endpoint.reachable'> =>
  make(target, {
    id: 'endpoint.reachable',
    status: 'warning',
    title: 'its answer is too long to read to its end',
    observed: `${formatBytes(answer.bodyBytes)} read without an end`,
    expected: 'an answer that ends, or says its length',
    advice: 'name a page that ends, or ask with `method: HEAD`',
  })

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const phasesOf = (last: Observation | undefined): readonly string[] => {
  if (last?.kind === 'open') return [`dns ${formatDuration(last.dnsMs)}, connect ${formatDuration(last.connectMs)}`]
  if (last?.kind !== 'answer') return []
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = last.timing
  const phases = { dns: dnsMs, connect: connectMs, tls: tlsMs, 'first byte': firstByteMs, total: totalMs }
  return [
    Object.entries(phases)
      .map(([name, ms]) => `${name} ${formatDuration(ms)}`)
      .join(', '),
  ]
}

const latencyFinding = (
  target: EndpointTarget,
  { attempts, latenciesMs, failedSamples = [] }: EndpointAttempts,
): JudgedFinding<'endpoint.latency'> => {
  const { latency } = target
  const ms = median(latenciesMs)
  const { status, cleared } = judge(ms, latency)
  const limit = formatDuration(status === 'critical' ? latency.critical : latency.warning)
  const samples = latenciesMs.length === 1 ? '' : `, median of ${latenciesMs.length}`
  return make(target, {
    id: 'endpoint.latency',
    status,
    cleared,
    title: status === 'ok' ? `answered in ${formatDuration(ms)}` : `slow, ${formatDuration(ms)} (limit ${limit})`,
    observed: `${formatDuration(ms)} (limit ${limit})${samples}`,
    expected: `under ${limit}`,
    advice: status === 'ok' ? '' : 'see what the service is busy with: its load, its database, its log',
    evidence: status === 'ok' ? [] : [...phasesOf(attempts.at(-1)), ...failedSamples.map((one) => `a sample: ${failureLine(one, target)}`)],
    measurements: [{ name: 'latency', value: Math.round(ms * 10) / 10, unit: 'ms' }],
  })
}

const unseenFinding = (
  target: EndpointTarget,
  cause: string,
  advice: string,
  evidence: readonly string[],
): JudgedFinding<'endpoint.reachable'> =>
  make(target, {
    id: 'endpoint.reachable',
    status: 'unknown',
    title: 'could not look',
    observed: cause,
    expected: target.kind === 'tcp' ? 'a connection' : 'an answer',
    advice,
    evidence,
  })

/** What it sends ends the process that looks, alone and twice: nothing was seen of it, and that is told as itself. */
const killedFinding = (target: EndpointTarget, ended: string): JudgedFinding<'check.failed'> =>
  make(target, {
    id: 'check.failed',
    status: 'unknown',
    title: `the look at it was ended by ${ended}`,
    observed: `${ended}, whenever it is looked at`,
    expected: 'a look that comes to its end',
    advice: 'see what that server sends, and report it as a mistake of Ronde',
    certainty: 'hard',
  })

const answered = (target: EndpointTarget, answer: EndpointAnswer, observed: EndpointAttempts): readonly EndpointFinding[] => {
  const open = isEndless(answer, target)
    ? endless(target, answer)
    : reached(target, observed, `answered from ${answer.address} in ${formatDuration(answer.timing.totalMs)}`)
  const proven = [
    open,
    ...certified(target, answer.redirects),
    ...redirected(target, answer.redirects),
    statusFinding(target, answer, observed),
  ]
  if (!accepts(target.status, answer.status)) return proven
  return [
    ...proven,
    ...(expectsBody(target) ? [bodyFinding(target, answer, observed)] : []),
    ...(open.status === 'ok' ? [latencyFinding(target, observed)] : []),
  ]
}

/** What stands although something later failed: a refused certificate was presented by something that answers. */
const provenBefore = (id: EndpointId, target: EndpointTarget, observed: EndpointAttempts): readonly EndpointFinding[] => {
  if (id === 'endpoint.reachable') return []
  const reachable = reached(target, observed, 'it answers')
  return id === 'endpoint.certificate' ? [reachable] : [reachable, ...certified(target)]
}

/**
 * What was seen of one endpoint -> its findings: each id that it may fail by, as far as it came. Pure.
 * An endpoint that answers as expected has an ok finding for every id that could have been opened by it.
 */
export const judgeEndpoint = (target: EndpointTarget, observed: EndpointAttempts): readonly EndpointFinding[] => {
  const last = observed.attempts.at(-1)
  if (last === undefined) return [unseenFinding(target, 'it was not asked', '', [])]
  if (last.kind === 'unseen') return [unseenFinding(target, last.cause, last.advice, earlier(observed, target))]
  if (last.kind === 'killed') return [killedFinding(target, last.ended)]
  if (last.kind === 'answer') return answered(target, last, observed)
  if (last.kind === 'open') {
    return [
      reached(target, observed, `connected to ${last.address} in ${formatDuration(last.connectMs)}`),
      latencyFinding(target, observed),
    ]
  }
  const { id, title, observed: seen, expected, advice } = faultWords(last.fault, target)
  const failed = make(target, {
    id,
    status: 'critical',
    title,
    observed: `${seen}${tries(observed)}`,
    expected,
    advice,
    evidence: earlier(observed, target),
  })
  return [...provenBefore(id, target, observed), failed]
}
