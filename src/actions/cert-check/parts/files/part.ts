import { basename } from 'node:path'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { type RightsAdvice, seeGrant } from '../../../../probes/certbot/rights.ts'
import type { Matches } from '../../../../probes/files/glob.ts'
import type { CertOptions } from '../../options.ts'
import { type CertOutcome, type CertWorld, definePart } from '../../part.ts'
import { fileRules, judgePaths, matchedFiles } from './look.ts'
import { type CertificateFileVerdict, type FileId, fileIds } from './verdict.ts'

const patternFinding = (
  pattern: string,
  told: Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'> & Pick<Partial<JudgedFinding>, 'notChecked'>,
): JudgedFinding<'cert.files'> =>
  finding({
    id: 'cert.files',
    subject: `files:${pattern}`,
    ...told,
    title: `${pattern}: ${told.title}`,
    expected: 'a pattern that matches at least one file',
    certainty: 'hard',
    audience: 'infrastructure',
  })

/** What became of the files that a pattern matches. */
type Judged = { readonly path: string; readonly verdict: CertificateFileVerdict }
type Told = Parameters<typeof patternFinding>[1]

const filesWords = (count: number): string => (count === 1 ? '1 file' : `${count} files`)

/** A folder in the way, or more than is looked at. */
const unseenWords = ({ paths, closed, cut }: Matches, grant: RightsAdvice): Told | undefined => {
  if (closed.length > 0)
    return {
      status: 'unknown',
      title: 'could not look',
      observed: `${closed.slice(0, 3).join(', ')} may not be listed by the user of the runner`,
      advice: grant('rx', closed.slice(0, 5)),
    }
  if (!cut) return undefined
  const observed = `more than ${paths.length} files; the first ${paths.length} were looked at`
  return { status: 'unknown', title: 'matches too much', observed, advice: 'name narrower patterns' }
}

const correct = 'correct the pattern in `files`, or find out where the files went'

/** What else stands there is passed over, and counted; what the runner may not read stays so, for it may be a key. */
const matchedWords = (judged: readonly Judged[]): Told => {
  const passed = judged.flatMap(({ path, verdict }) => (verdict.passed === undefined ? [] : [`${basename(path)} (${verdict.passed})`]))
  const taken = judged.length - passed.length
  const closed = judged.filter(
    ({ verdict }) => verdict.passed !== undefined && verdict.findings[0]?.title.endsWith('may not be read'),
  ).length
  const more = passed.length > 5 ? `, and ${passed.length - 5} more` : ''
  const left = passed.length === 0 ? '' : `; ${passed.length} passed over: ${passed.slice(0, 5).join(', ')}${more}`
  const observed = `${filesWords(taken)}${left}`
  if (judged.length === 0) return { status: 'warning', title: 'matches nothing', observed: '0 files', advice: correct }
  if (taken > 0) {
    const notChecked = closed === 0 ? {} : { notChecked: `${filesWords(closed)} that may not be read` }
    return { status: 'ok', title: filesWords(taken), observed, advice: '', ...notChecked }
  }
  const advice = 'let the runner read the certificate, not its key: in a file of its own'
  return closed > 0
    ? { status: 'unknown', title: 'could not look', observed, advice }
    : { status: 'warning', title: 'matches no certificate', observed, advice: correct }
}

const isPattern = (text: string): boolean => /[*?[]/.test(text)

/** What a pattern itself is worth; nothing to say of a plain path, whose file speaks for itself. */
const judgePattern = (
  pattern: string,
  matches: Matches,
  judged: readonly Judged[],
  grant: RightsAdvice,
): readonly JudgedFinding<'cert.files'>[] => {
  const unseen = unseenWords(matches, grant)
  if (unseen !== undefined) return [patternFinding(pattern, unseen)]
  return isPattern(pattern) ? [patternFinding(pattern, matchedWords(judged))] : []
}

const run = async (options: CertOptions, { context, startedAt }: CertWorld): Promise<CertOutcome<FileId | 'cert.files'>> => {
  const { matches, paths } = await matchedFiles(options.files)
  const grant = await seeGrant(context.runProgram, context.signal)
  const rules = await fileRules(options, { now: startedAt, grant })
  const verdicts = await judgePaths(
    paths.map((path) => ({ path, from: path })),
    rules,
  )
  const judged = paths.flatMap((path, index) => verdicts.slice(index, index + 1).map((verdict) => ({ path, verdict })))
  const byName = new Set(options.files.flatMap((pattern, index) => (isPattern(pattern) ? [] : (matches[index]?.paths ?? []))))
  const kept = judged.filter(({ path, verdict }) => verdict.passed === undefined || byName.has(path)).map((one) => one.verdict)
  const ofPatterns = options.files.flatMap((pattern, index) => {
    const found = matches[index]
    return found === undefined
      ? []
      : judgePattern(
          pattern,
          found,
          judged.filter(({ path }) => found.paths.includes(path)),
          grant,
        )
  })
  const findings = [...ofPatterns, ...kept.flatMap((one) => one.findings)]
  return {
    // What could not be looked at leaves open what became of it.
    completed: findings.every((one) => one.status !== 'unknown'),
    findings,
    certificates: kept.flatMap((one) => one.rows),
    onDisk: kept.flatMap((one) => one.onDisk),
  }
}

export const part = definePart({
  name: 'files',
  description: 'Certificate files on disk, by path or pattern.',
  order: 20,
  options: {},
  ids: ['cert.files', ...fileIds],
  configured: ({ files }) => files.length > 0,
  run,
})
