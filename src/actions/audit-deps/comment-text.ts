import { codeSpan, markdownAdvice, markdownText } from '../../core/text/markdown.ts'
import type { Advisory } from '../../domain/packages/match.ts'
import type { AuditTotals } from './overview.ts'

/** By which the comment is found again, in its first line. */
export const commentMarker = '<!-- ronde-audit-deps -->'

/** GitHub takes 65,536. */
const mostChars = 60_000
const mostCommands = 20

const counted = (count: number): string => `${count} new ${count === 1 ? 'vulnerability' : 'vulnerabilities'}`

const row = ({ name, version, fixed, severity, ids, places }: Advisory): string => {
  const way = places.find((place) => place.way.length > 1)?.way ?? []
  const cells = [
    codeSpan(`${name} ${version}`),
    markdownText(fixed ?? 'no version'),
    markdownText(`${severity.name} (${severity.source})`),
    markdownText(ids.slice(0, 3).join(', ')),
    markdownText(way.join(' > ')),
  ]
  return `| ${cells.join(' | ')} |`
}

const table = (advisories: readonly Advisory[]): readonly string[] => [
  '| Package | Fixed in | Severity | Advisory | By way of |',
  '| --- | --- | --- | --- | --- |',
  ...advisories.map(row),
]

const commands = (advice: readonly string[]): readonly string[] =>
  [...new Set(advice)].slice(0, mostCommands).map((one) => `- ${markdownAdvice(one, { inTable: false })}`)

const before = (count: number): readonly string[] =>
  count === 0
    ? []
    : [
        '',
        `${count} of the changed packages' vulnerabilities ${count === 1 ? 'was there before and is' : 'were there before and are'} not counted here.`,
      ]

/** Rows that do not fit are counted, and the run has them all. */
const fitting = (lines: readonly string[], rest: string): string => {
  const kept: string[] = []
  let chars = rest.length + 200
  for (const line of lines) {
    chars += line.length + 1
    if (chars > mostChars) return [...kept, '', `${lines.length - kept.length} lines are left out here.`, rest].join('\n')
    kept.push(line)
  }
  return [...kept, rest].join('\n')
}

/** What a pull request is told; green and short when it brings nothing. */
export const commentText = ({ vulnerabilities, critical, sarif, ignored, compared }: AuditTotals, runUrl: string): string => {
  const rest = `\n[The whole audit](${runUrl})`
  const accepted = ignored === 0 ? [] : ['', `${ignored} accepted by the ignore file.`]
  if (vulnerabilities.length === 0)
    return fitting([commentMarker, 'This change brings no known vulnerability.', ...before(compared?.before ?? 0), ...accepted], rest)
  const head = `**${counted(vulnerabilities.length)}${critical === 0 ? '' : ` (${critical} critical)`} ${vulnerabilities.length === 1 ? 'comes' : 'come'} with this change**`
  const todo = commands(sarif.map(({ advice }) => advice))
  return fitting([commentMarker, head, '', ...todo, '', ...table(vulnerabilities), ...before(compared?.before ?? 0), ...accepted], rest)
}
