import { markdownText } from '../text/markdown.ts'
import type { Budget } from './budget.ts'
import { counted } from './headline.ts'
import type { FactTable, ReportView } from './view.ts'

const maxRows = 100
/** A phone shows two short columns; what has more is a line a row. */
const mostColumns = 2
const free = { inTable: false } as const

const leftOut = (rows: number): string => `${counted(rows, 'row')} left out here; the JSON report holds all.`

const cells = (...texts: readonly string[]): string => `| ${texts.join(' | ')} |`

const tableRow =
  ({ columns }: FactTable) =>
  (texts: readonly string[]): string =>
    cells(...columns.map((_, index) => markdownText(texts[index] ?? '')))

/** `**quiz.example**: days 34, issuer R3` */
const listRow =
  ({ columns }: FactTable) =>
  ([first = '', ...rest]: readonly string[]): string => {
    const told = rest
      .slice(0, columns.length - 1)
      .flatMap((text, index) => (text === '' ? [] : [`${markdownText(columns[index + 1] ?? '', free)} ${markdownText(text, free)}`]))
    return `- ${[`**${markdownText(first, free)}**`, told.join(', ')].filter((one) => one !== '' && one !== '****').join(': ')}`
  }

/** What an action wants to be read row for row. */
export const factTables = (budget: Budget, view: ReportView, keptBytes: number): void => {
  for (const one of view.tables.filter(({ rows }) => rows.length > 0)) {
    budget.always(`**${markdownText(one.title, { inTable: false, maxChars: 100 })}**`, '')
    const isTable = one.columns.length <= mostColumns
    const row = isTable ? tableRow(one) : listRow(one)
    const share = budget.share(Math.max(0, budget.left() - keptBytes))
    const head = cells(...one.columns.map((column) => markdownText(column)))
    if (isTable) share.add([head, cells(...one.columns.map(() => '---'))].join('\n'))
    const shown = one.rows.slice(0, maxRows)
    const firstOut = shown.findIndex((texts) => !share.add(row(texts)))
    const left = one.rows.length - (firstOut === -1 ? shown.length : firstOut)
    budget.always('')
    if (left > 0) budget.always(leftOut(left), '')
  }
}
