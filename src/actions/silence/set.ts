import type { Issue } from '../../contract/issues.ts'
import { valueOf } from '../../contract/repository.ts'
import { UserError } from '../../contract/user-error.ts'
import { plainLine } from '../../core/text/plain.ts'
import { localTime } from '../../core/time/local-time.ts'
import { ownLabel } from '../../github/labels.ts'
import { isAuthor } from '../../incidents/marker.ts'
import { type OpenSilence, type Silence, silenceBody, silencesIn, silenceTitle } from '../../incidents/texts/silence-issue.ts'
import { refuseStrangeIds } from './known-ids.ts'
import { activeSilences, endWrite, type SilenceOutcome, type SilenceWork } from './work.ts'

const serversOf = ({ options, context, repository }: SilenceWork): string[] => {
  if (options.servers !== undefined) return options.servers
  // Where no server was named, the context gives the repository's name: the machine of the job is nobody's server.
  if (context.server !== repository.name) return [context.server]
  throw new UserError('input server: missing; name the server as its reports do, or several by servers (* for all)')
}

const silenceOf = (work: SilenceWork): Silence => {
  const { options, context, repository } = work
  const since = context.now()
  const cleaned = (patterns: readonly string[] | undefined) => (patterns ?? ['*']).map((one) => repository.redact(one))
  return {
    repository: repository.name,
    servers: serversOf(work),
    ids: cleaned(options.id),
    subjects: cleaned(options.subject),
    upTo: options['up-to'],
    since,
    until: since + (options.for ?? 0),
    by: plainLine(repository.actor, 100),
    reason: plainLine(repository.redact(options.reason), 300).trim(),
    run: repository.runUrl,
  }
}

const scopeOf = ({ servers, ids, subjects, upTo }: Silence): string => JSON.stringify([servers, ids, subjects, upTo])

/** Stands in for the new issue in what is told: it need not be read again. */
const asIssue = (number: number, body: string, now: number): Issue => ({
  number,
  title: '',
  body,
  state: 'open',
  author: '',
  labels: [],
  assignees: [],
  locked: false,
  comments: 0,
  createdAt: now,
  updatedAt: now,
  closedAt: undefined,
  closedBy: undefined,
  url: '',
})

/** Why no run will heed a silence that was just made, or undefined. */
const unheeded = async ({ context, repository }: SilenceWork, number: number, author: string | undefined): Promise<string | undefined> => {
  const { authors, name, issues } = repository
  if (!isAuthor(authors, author))
    return `${author ?? 'GitHub does not say who'} made it, who is not one of incidents.authors (${authors.join(', ')})`
  const open = await issues.listOpen()
  // Not asked, or not listed yet: its author counts, which is all that is known.
  if (!open.ok || !open.value.some((issue) => issue.number === number)) return undefined
  const { active } = silencesIn(open.value, { authors, repository: name }, context.now())
  return active.some(({ issue }) => issue.number === number)
    ? undefined
    : 'its marker does not count; look whether the clock of this machine is right'
}

/** Makes the issue. One that nobody would heed is closed again: what stands open is silent. */
const create = async (work: SilenceWork, title: string, body: string): Promise<number> => {
  const { context, repository } = work
  const made = await repository.issues.perform({ kind: 'create', fingerprint: '', title, body, labels: [ownLabel], assignees: [] })
  const { number, author } = valueOf(made, context.progress)
  const why = await unheeded(work, number, author)
  if (why === undefined) return number
  const refused = endWrite({ issue: { number, body } }, '**Refused**: it silences nothing.')
  const closed = await repository.issues.perform(refused)
  throw new UserError(`#${number} silences nothing: ${why}; ${closed.ok ? 'it was closed again' : `close it (${closed.failure.cause})`}`)
}

/** Opens the issue of a silence, then closes those that said the same for another time. */
export const setSilence = async (work: SilenceWork): Promise<SilenceOutcome> => {
  const { options, context, repository } = work
  refuseStrangeIds(options.id ?? [])
  const silence = silenceOf(work)
  const view = { silence, timeZone: options['time-zone'], now: silence.since }
  const until = localTime(silence.until, options['time-zone'], silence.since)
  const before = await activeSilences(work)
  const title = silenceTitle(view)
  if (context.dryRun) return { said: `would open: ${title}`, active: before, changed: undefined }
  const body = silenceBody(view)
  const number = await create(work, title, body)
  const replaced = before.filter((one) => scopeOf(one.silence) === scopeOf(silence))
  for (const one of replaced) valueOf(await repository.issues.perform(endWrite(one, `**Replaced** by #${number}.`)), context.progress)
  const now: OpenSilence = { issue: asIssue(number, body, silence.since), silence }
  return {
    said: `${silence.servers.join(', ')} silenced until ${until} by #${number}`,
    active: [...before.filter((one) => !replaced.includes(one)), now],
    changed: number,
  }
}
