import { appendFile } from 'node:fs/promises'
import { isAbsolute, relative } from 'node:path'
import type { Mistake, UserError } from '../../contract/user-error.ts'
import { errorText } from '../../core/error-chain.ts'
import { markdownText } from '../../core/text/markdown.ts'
import { type CommandProperties, inWorkflow, type Printer } from '../print.ts'

/** The runner keeps no more of a kind in a step. */
const maxAnnotations = 10
const maxListed = 200
const free = { inTable: false, maxChars: 600 } as const

export type MistakesSink = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly printer: Printer
  readonly redact: (text: string) => string
  /** The last look at the summary in the form in which it is written. */
  readonly lastLook: (text: string) => string
}

const isInFile = ({ column }: Mistake): boolean => column !== undefined

const told = ({ path, message }: Mistake): string => `${path === '' ? '' : `${path}: `}${message}`

/** GitHub shows an annotation at its line only where it knows the file: by its path in the repository. */
const placeOf = (mistake: Mistake, workspace: string): CommandProperties => {
  const { source, line, column } = mistake
  if (!isInFile(mistake)) return {}
  const within = isAbsolute(source) ? relative(workspace, source) : source
  return { file: within.startsWith('..') ? source : within, line: line ?? 1, col: column ?? 1 }
}

/** Those of a file in its order, then the others. */
const inOrder = (mistakes: readonly Mistake[]): readonly Mistake[] =>
  mistakes.toSorted(
    (a, b) =>
      Number(isInFile(b)) - Number(isInFile(a)) || (isInFile(a) ? (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) : 0),
  )

const annotate = ({ mistakes, message }: UserError, { environment, printer }: MistakesSink): void => {
  const all: readonly (readonly [CommandProperties, string])[] =
    mistakes.length === 0
      ? [[{}, message]]
      : inOrder(mistakes).map((one) => [
          placeOf(one, environment['GITHUB_WORKSPACE'] ?? ''),
          isInFile(one) ? told(one) : `${one.source}${one.line === undefined ? '' : `, line ${one.line}`}: ${told(one)}`,
        ])
  for (const [place, text] of all.slice(0, maxAnnotations)) printer.command('error', { title: 'ronde', ...place }, text)
}

const where = ({ source, line, column }: Mistake): string => {
  if (line === undefined) return source
  return column === undefined ? `${source}, line ${line}` : `${source}, line ${line}, column ${column}`
}

/** The mistakes as the job summary shows them: each with its place and what to write, no wider than a phone. */
export const renderMistakes = ({ mistakes, message }: Pick<UserError, 'mistakes' | 'message'>): string => {
  const lines =
    mistakes.length === 0
      ? message.split('\n')
      : inOrder(mistakes)
          .slice(0, maxListed)
          .map((one) => `${where(one)}: ${told(one)}`)
  const count = mistakes.length > 1 ? `${mistakes.length} mistakes` : mistakes.length === 1 ? '1 mistake' : 'not as it was asked'
  const left = mistakes.length - maxListed
  const items = lines.map((line) => `- ${markdownText(line, free)}`)
  return [`## Ronde did not run: ${count}`, '', ...items, ...(left > 0 ? [`- ${left} more: see the log`] : []), ''].join('\n')
}

/** Before it is escaped: an escaped secret would not be found. */
const redacted = ({ mistakes, message }: UserError, redact: MistakesSink['redact']): Pick<UserError, 'mistakes' | 'message'> => ({
  message: redact(message),
  mistakes: mistakes.map((one) => ({ ...one, source: redact(one.source), path: redact(one.path), message: redact(one.message) })),
})

/** Tells a person's mistakes: in the log, as annotations at their lines, and in the job summary. Nothing ran. */
export const tellMistakes = async (error: UserError, sink: MistakesSink): Promise<void> => {
  const { environment, printer, redact, lastLook } = sink
  for (const line of error.message.split('\n')) printer.line(line)
  if (inWorkflow(environment)) annotate(error, sink)
  const path = environment['GITHUB_STEP_SUMMARY'] ?? ''
  if (path === '') return
  try {
    await appendFile(path, lastLook(renderMistakes(redacted(error, redact))))
  } catch (failure) {
    // The log has said it all.
    printer.command('warning', { title: 'ronde: job summary' }, `job summary: could not be written: ${errorText(failure)}`)
  }
}
