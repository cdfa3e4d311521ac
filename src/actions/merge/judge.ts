import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { Report, ServerReports } from '../../contract/report.ts'
import type { Instant } from '../../contract/seen.ts'
import { believed, clockToleranceMs } from '../../core/believed.ts'
import { formatDuration } from '../../core/quantity.ts'
import { didYouMean } from '../../core/suggestion.ts'
import { plainLine } from '../../core/text/plain.ts'
import type { ReadReport } from './read-report.ts'

/** A file with what was read in it. `text` tells copies from one another. */
export type ReportFileContent = { readonly name: string; readonly text: string; readonly read: ReadReport }

export type Fleet = {
  /** Servers that should be there; any may be there when it is empty. */
  readonly expected: readonly string[]
  readonly repository: string
  readonly maxAgeMs: number
  readonly now: Instant
}

export type MergeVerdict = {
  readonly findings: readonly JudgedFinding<'merge.file' | 'merge.server'>[]
  /** The findings about each server, by its name. */
  readonly servers: ReadonlyMap<string, JudgedFinding<'merge.server'>>
  readonly merged: readonly ServerReports[]
}

type Taken = { readonly name: string; readonly round: string; readonly report: Report; readonly doubts: readonly string[] }
type Sorted = {
  readonly taken: readonly Taken[]
  readonly refused: readonly { readonly name: string; readonly cause: string; readonly server: string }[]
}

const whyNot = ({ server, startedAt, origin }: Report, { expected, repository, maxAgeMs, now }: Fleet): string | undefined => {
  const ageMs = now - Date.parse(startedAt)
  if (expected.length > 0 && !expected.includes(server))
    return `it is of ${server}, which is not one of the servers of this repository${didYouMean(server, expected)}`
  if (origin !== undefined && origin.repository !== repository)
    return `it is of another repository, ${plainLine(origin.repository, 100) || '(none)'}`
  if (ageMs > maxAgeMs) return `it is ${formatDuration(ageMs)} old; at most ${formatDuration(maxAgeMs)}`
  return ageMs < -clockToleranceMs ? `its clock is ${formatDuration(-ageMs)} ahead; at most ${formatDuration(clockToleranceMs)}` : undefined
}

/** What counts, and what does not, with the reason. A copy of a file, byte for byte, is passed over. */
const sorted = (files: readonly ReportFileContent[], fleet: Fleet): Sorted => {
  const seen = new Set<string>()
  const taken: Taken[] = []
  const refused: Sorted['refused'][number][] = []
  for (const { name, text, read } of files) {
    if (read.kind === 'mistake') refused.push({ name, cause: read.cause, server: '' })
    if (read.kind === 'mistake' || seen.has(text)) continue
    seen.add(text)
    const causes = read.reports.map((report) => whyNot(report, fleet))
    const cause = causes.find((one) => one !== undefined)
    if (cause !== undefined) refused.push({ name, cause, server: read.server })
    else if (read.reports.length === 0) refused.push({ name, cause: 'it holds no report', server: read.server })
    else taken.push(...read.reports.map((report) => ({ name, round: read.round, ...believed(report) })))
  }
  return { taken, refused }
}

const fileFinding = (name: string, cause: string, advice: string): JudgedFinding<'merge.file'> =>
  finding({
    id: 'merge.file',
    subject: `file/${name}`,
    status: 'warning',
    title: `${name}: not as it should be`,
    observed: cause,
    expected: 'one fresh report of each server of this repository',
    advice,
    certainty: 'hard',
    audience: 'technical',
  })

/** The same action of the same round twice, and not the same words: all of them count, and what is bad in one is bad. */
const doubles = (taken: readonly Taken[]): readonly JudgedFinding<'merge.file'>[] => {
  const groups = Map.groupBy(taken, ({ round, report }) => [report.server, round, report.action].join('\0'))
  return [...groups.values()].flatMap(([first, ...others]) =>
    others.map(({ name, report }) =>
      fileFinding(
        name,
        `another report of ${report.action} of ${report.server} than ${first?.name ?? ''}`,
        'give each server an artifact of its own; what is bad in one of the reports counts',
      ),
    ),
  )
}

/** What a report says that cannot be: it counts without that. */
const disbelieved = (taken: readonly Taken[]): readonly JudgedFinding<'merge.file'>[] =>
  taken.flatMap(({ name, report, doubts }) =>
    doubts.map((doubt) =>
      fileFinding(
        name,
        `${report.action} of ${report.server}: ${doubt}; that does not count`,
        'look at the clock of the server, and at who can upload reports: one that says so was not written by Ronde',
      ),
    ),
  )

const serverFinding = (
  server: string,
  taken: readonly Taken[],
  refused: Sorted['refused'],
  { now }: Fleet,
): JudgedFinding<'merge.server'> => {
  const own = taken.filter(({ report }) => report.server === server)
  const why = refused.find((one) => one.server === server)
  const newest = Math.max(...own.map(({ report }) => Date.parse(report.startedAt)))
  const isThere = own.length > 0
  return finding({
    id: 'merge.server',
    subject: `server/${server}`,
    status: isThere ? 'ok' : 'unknown',
    title: isThere ? `${server}: its report is here` : `${server}: no report of it`,
    observed: isThere
      ? `${own.map(({ report }) => report.action).join(', ')}, ${formatDuration(Math.max(0, now - newest))} old`
      : ((why && `${why.name}: ${why.cause}`) ?? 'no file is a report of it'),
    expected: 'a fresh report',
    advice: isThere ? '' : 'look at the job of this server: whether its runner is there, and whether it uploaded its report',
    certainty: 'hard',
    audience: 'infrastructure',
  })
}

/** One reconcile for each server and compose project, whatever files its reports came in. */
const groupsOf = (taken: readonly Taken[]): readonly ServerReports[] => {
  const groups = Map.groupBy(taken, ({ report }) => `${report.server}\0${report.origin?.project ?? ''}`)
  return [...groups.values()].flatMap((all) => {
    const [first] = all
    if (first === undefined) return []
    // Absence counts only in the round that saw the subject: of several rounds at once no one is that.
    const round = all.every((one) => one.round === first.round) ? first.round : ''
    const reports = all.map((one) => one.report).toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
    const { project = '', formerly = [] } = first.report.origin ?? {}
    return [{ server: first.report.server, project, formerly, round, reports }]
  })
}

/** Pure: files in, what is to be reconciled and what is wrong with the files out. */
export const judgeReports = (files: readonly ReportFileContent[], fleet: Fleet): MergeVerdict => {
  const { taken, refused } = sorted(files, fleet)
  const names = new Set([...fleet.expected, ...taken.map(({ report }) => report.server)])
  const servers = new Map([...names].map((server) => [server, serverFinding(server, taken, refused, fleet)]))
  const advice = 'look at what uploads it; the folder of the reports must hold reports of this run alone'
  const wrong = refused.map(({ name, cause }) => fileFinding(name, cause, advice))
  return { findings: [...servers.values(), ...wrong, ...doubles(taken), ...disbelieved(taken)], servers, merged: groupsOf(taken) }
}
