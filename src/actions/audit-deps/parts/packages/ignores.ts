import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { type IgnoreFile, type IgnoreUse, longestIgnoreDays } from '../../../../domain/packages/ignore.ts'

const soonDays = 14

type IgnoreWords = { readonly status: JudgedFinding['status']; readonly observed: string }

const wordsOfUse = ({ entry, used, daysLeft }: IgnoreUse): IgnoreWords | undefined => {
  if (daysLeft < 0) return { status: 'warning', observed: `expired on ${entry.expires}; it ignores nothing any more` }
  if (!used) return { status: 'warning', observed: 'nothing that was found is ignored by it' }
  return daysLeft <= soonDays
    ? { status: 'warning', observed: `expires on ${entry.expires}, in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}` }
    : undefined
}

const judgeUse = (path: string, use: IgnoreUse): readonly JudgedFinding<'audit.ignore'>[] => {
  const words = wordsOfUse(use)
  const { entry } = use
  const what = [entry.id, entry.package, entry.version, entry.path].filter((one) => one !== undefined).join(' ')
  if (words === undefined) return []
  return [
    finding({
      id: 'audit.ignore',
      subject: `ignore/${what}`,
      title: `${path}: the entry ${what}`,
      expected: 'entries that are used, and that somebody looks at again before they end',
      advice: 'look at the risk again: update the package and remove the entry, or give it another expiry',
      evidence: [`reason: ${entry.reason}`],
      audience: 'security',
      location: { path, line: entry.line },
      ...words,
    }),
  ]
}

/** What is wrong with the ignore file and its entries. `complete`: everything was looked at, so that what is unused is known. */
export const judgeIgnores = (
  path: string,
  { mistakes }: IgnoreFile,
  uses: readonly IgnoreUse[],
  complete: boolean,
): readonly JudgedFinding<'audit.ignore'>[] => [
  ...mistakes.map(({ line, text }) =>
    finding({
      id: 'audit.ignore',
      subject: `ignore/line ${line}`,
      status: 'warning',
      title: `${path}, line ${line}: an entry that ignores nothing`,
      observed: text,
      expected: `a reason, and an expiry at most ${longestIgnoreDays} days away`,
      advice: 'complete the entry',
      certainty: 'hard',
      audience: 'security',
      location: { path, line },
    }),
  ),
  ...uses.filter(({ used, daysLeft }) => complete || used || daysLeft < 0).flatMap((use) => judgeUse(path, use)),
]
