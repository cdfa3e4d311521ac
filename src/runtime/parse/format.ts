import type { Mistake } from '../../contract/user-error.ts'
import { largest } from '../../core/largest.ts'

const place = ({ line, column }: Mistake): string => (line === undefined ? '' : column === undefined ? String(line) : `${line}:${column}`)

const inFile = (source: string, mistakes: readonly Mistake[]): readonly string[] => {
  const sorted = mistakes.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  const width = largest(sorted.map((one) => place(one).length))
  const told = (one: Mistake) => `${place(one).padEnd(width)}  ${one.path === '' ? '' : `${one.path}: `}${one.message}`
  return [
    `${source} has ${sorted.length === 1 ? '1 mistake' : `${sorted.length} mistakes`}:`,
    ...sorted.map((one) => `  ${told(one).trimEnd()}`),
  ]
}

const elsewhere = ({ source, line, path, message }: Mistake): string =>
  `${source}${line === undefined ? '' : `, line ${line}`}: ${path === '' ? '' : `${path}: `}${message}`

/** All mistakes as a person reads them: those of a file under its name with line and column, then one line for each of the others. */
export const formatMistakes = (mistakes: readonly Mistake[]): string => {
  const files = Map.groupBy(
    mistakes.filter((one) => one.column !== undefined),
    (one) => one.source,
  )
  return [
    ...[...files].flatMap(([source, all]) => inFile(source, all)),
    ...mistakes.filter((one) => one.column === undefined).map(elsewhere),
  ].join('\n')
}
