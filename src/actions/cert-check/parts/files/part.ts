import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { type RightsAdvice, seeGrant } from '../../../../probes/certbot/rights.ts'
import type { Matches } from '../../../../probes/files/glob.ts'
import type { CertOptions } from '../../options.ts'
import { type CertOutcome, type CertWorld, definePart } from '../../part.ts'
import { fileRules, judgePaths, matchedFiles } from './look.ts'
import { type FileId, fileIds } from './policy.ts'

const patternFinding = (
  pattern: string,
  told: Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'>,
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

/** What a pattern itself is worth; nothing to say of a plain path, whose file speaks for itself. */
const judgePattern = (pattern: string, { paths, closed, cut }: Matches, grant: RightsAdvice): readonly JudgedFinding<'cert.files'>[] => {
  if (closed.length > 0)
    return [
      patternFinding(pattern, {
        status: 'unknown',
        title: 'could not look',
        observed: `${closed.slice(0, 3).join(', ')} may not be listed by the user of the runner`,
        advice: grant('rx', closed.slice(0, 5)),
      }),
    ]
  if (cut)
    return [
      patternFinding(pattern, {
        status: 'unknown',
        title: 'matches too much',
        observed: `more than ${paths.length} files; the first ${paths.length} were looked at`,
        advice: 'name narrower patterns',
      }),
    ]
  if (!/[*?[]/.test(pattern)) return []
  return [
    paths.length === 0
      ? patternFinding(pattern, {
          status: 'warning',
          title: 'matches nothing',
          observed: '0 files',
          advice: 'correct the pattern in `files`, or find out where the files went',
        })
      : patternFinding(pattern, {
          status: 'ok',
          title: paths.length === 1 ? '1 file' : `${paths.length} files`,
          observed: `${paths.length} files`,
          advice: '',
        }),
  ]
}

const run = async (options: CertOptions, { context, startedAt }: CertWorld): Promise<CertOutcome<FileId | 'cert.files'>> => {
  const { matches, paths } = await matchedFiles(options.files)
  const grant = await seeGrant(context.runProgram, context.signal)
  const ofPatterns = options.files.flatMap((pattern, index) => {
    const found = matches[index]
    return found === undefined ? [] : judgePattern(pattern, found, grant)
  })
  const judged = await judgePaths(paths, await fileRules(options, { now: startedAt, grant }))
  const findings = [...ofPatterns, ...judged.flatMap((one) => one.findings)]
  return {
    // What could not be looked at leaves open what became of it.
    completed: findings.every((one) => one.status !== 'unknown'),
    findings,
    certificates: judged.flatMap((one) => one.rows),
    onDisk: judged.flatMap((one) => one.onDisk),
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
