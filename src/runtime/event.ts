import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { PullRequestOfRun } from '../contract/pull-request.ts'
import type { RunnerEvent } from '../core/event-guard.ts'
import { jsonValue, readJson } from '../core/read-json.ts'
import { namesIn } from './parse/secrets.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Mapping = Readonly<Record<string, unknown>>

/** What a run knows of the event that started it. */
export type EventOfRun = RunnerEvent & {
  /** The names in every `${NAME}` that somebody sent with a dispatch. */
  readonly brought: ReadonlySet<string>
  /** The texts of a dispatch that could say where something goes: an address, a piece of YAML; words and short numbers cannot. */
  readonly sent: readonly string[]
  /** Only of the event `pull_request`. */
  readonly pullRequest: PullRequestOfRun | undefined
}

/** GitHub's own limit of a payload is 25 MB. */
const maxBytes = 32 * 1024 * 1024
const mostValues = 2_000_000

const mappingOf = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {}
/** Own properties only; text, or undefined. */
const textAt = (value: unknown, key: string): string | undefined => {
  const found = Object.hasOwn(mappingOf(value), key) ? mappingOf(value)[key] : undefined
  return typeof found === 'string' && found !== '' ? found : undefined
}
const partAt = (value: Mapping, key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined)

const pullRequestIn = (payload: Mapping): PullRequestOfRun | undefined => {
  const pull = partAt(payload, 'pull_request')
  const number = partAt(mappingOf(pull), 'number')
  const base = textAt(partAt(mappingOf(pull), 'base'), 'sha')
  return typeof number === 'number' && base !== undefined && /^[0-9a-f]{40,64}$/.test(base) ? { number, base } : undefined
}

type Payload = { readonly value: Mapping } | { readonly unreadable: string }

const broughtBy = (payload: Mapping): ReadonlySet<string> =>
  new Set(['inputs', 'client_payload'].flatMap((key) => namesIn(JSON.stringify(partAt(payload, key)) ?? '')))

const shortestSent = 4
/** An address of IPv4 as one number, as programs that connect take it: 3405803777, 0xcb007101. */
const isAddress = (text: string): boolean => /^(?:0x[0-9a-f]{5,8}|0[0-7]{8,11}|\d{8,10})$/i.test(text)
const saysWhere = (text: string): boolean => text.length >= shortestSent && (/[^\w-]/.test(text) || isAddress(text))

/** All texts of a value, keys too; of one that is JSON itself those that it holds as well, since a workflow may take it apart. */
const sentBy = (payload: Mapping): readonly string[] => {
  const texts = new Set<string>()
  const left: unknown[] = [partAt(payload, 'inputs'), partAt(payload, 'client_payload')]
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one === 'object' && one !== null) for (const entry of Object.entries(one)) left.push(...entry)
    const text = typeof one === 'string' ? one.trim() : typeof one === 'number' ? `${one}` : ''
    if (!saysWhere(text) || texts.has(text)) continue
    texts.add(text)
    if (/^[[{"]/.test(text)) left.push(jsonValue(text))
  }
  return [...texts]
}

/** Opened without waiting: a pipe of somebody else's making must not hold the run up. */
const bytesOf = (path: string): string | undefined => {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const about = fstatSync(file)
    return about.isFile() && about.size <= maxBytes ? readFileSync(file, 'utf8') : undefined
  } finally {
    closeSync(file)
  }
}

const readPayload = (path: string | undefined): Payload => {
  if (path === undefined || path === '') return { unreadable: 'GITHUB_EVENT_PATH is not set' }
  try {
    const text = bytesOf(path)
    if (text === undefined) return { unreadable: 'it is no file of at most 32 MiB' }
    const read = readJson(text, mostValues)
    if ('trouble' in read) return { unreadable: `it ${read.trouble}` }
    const { value } = read
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { unreadable: 'it is no object' }
    return { value: value as Mapping }
  } catch (error) {
    // Not there or not readable: nothing is known of the event then, and that is what is said.
    return { unreadable: Error.isError(error) && 'code' in error ? String(error.code) : 'it cannot be read' }
  }
}

/** Reads what the runner says of the event. A payload that cannot be read is said, and nothing is guessed in its place. */
export const eventOf = (environment: Environment): EventOfRun => {
  const isInActions = environment['GITHUB_ACTIONS'] === 'true'
  const event = environment['GITHUB_EVENT_NAME'] || (isInActions ? '' : undefined)
  const read: Payload = event === undefined ? { value: {} } : readPayload(environment['GITHUB_EVENT_PATH'])
  const payload = 'value' in read ? read.value : {}
  return {
    runner: environment['RUNNER_ENVIRONMENT'],
    event,
    ref: environment['GITHUB_REF'],
    defaultBranch: textAt(partAt(payload, 'repository'), 'default_branch'),
    unreadable: 'unreadable' in read ? read.unreadable : undefined,
    sender: textAt(partAt(payload, 'sender'), 'type'),
    actors: ['GITHUB_ACTOR', 'GITHUB_TRIGGERING_ACTOR'].map((name) => environment[name] ?? ''),
    pullRequest: event === 'pull_request' ? pullRequestIn(payload) : undefined,
    brought: broughtBy(payload),
    sent: sentBy(payload),
  }
}
