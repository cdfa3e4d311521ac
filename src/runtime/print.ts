import { randomUUID } from 'node:crypto'
import { maskForms } from '../core/redact/secret-forms.ts'
import { inertBlock, inertLine, withAddresses } from '../core/text/inert.ts'
import { drained } from './drained.ts'
import { issueCommand } from './toolkit.ts'

export type CommandName = 'error' | 'warning' | 'notice' | 'debug'
export type CommandProperties = Readonly<Record<string, string | number>>

/** Everything that a run says on its standard output goes through here, and is redacted and inert when it gets there. */
export interface Printer {
  line(text: string): void
  /** A line of long work: folded with those beside it. */
  progress(text: string): void
  /** Text of several lines that others wrote: inert, and the runner obeys nothing in it. */
  untrusted(block: string): void
  /** Folded lines. */
  group(title: string, lines: readonly string[]): void
  /** An annotation; on a plain terminal a line. */
  command(name: CommandName, properties: CommandProperties, message: string): void
  /** Tells the runner a secret, in every form that it does not derive itself. Nothing on a plain terminal. */
  mask(secret: string): void
}

export type PrinterOptions = {
  /** Whether a runner reads along and obeys commands. */
  readonly workflow: boolean
  readonly redact?: (text: string) => string
  readonly write?: (text: string) => void
  /** Writes a command in the runner's form; must reach the same place as `write`. */
  readonly issue?: (name: string, properties: CommandProperties, message: string) => void
}

/** A log whose reader has gone is no reason to lose the report: the error is an event, and without a listener it ends the process. */
export const outliveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/** Waits until the log's readers have taken what was printed: at the end of a process a pipe drops what still waits for them. */
export const drainOutput = async (): Promise<void> => {
  await Promise.all([process.stdout, process.stderr].map((stream) => drained(stream)))
}

const toStdout = (text: string): void => {
  process.stdout.write(text)
}

const maxMessageChars = 4_096

const inertMessage = (text: string): string =>
  inertBlock(text, { maxLines: 50, maxChars: maxMessageChars }).join('\n').slice(0, maxMessageChars)

/** Whether the step runs under a GitHub Actions runner, or something that reads as one does. */
export const inWorkflow = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  environment['GITHUB_ACTIONS'] === 'true' || (environment['GITHUB_OUTPUT'] ?? '') !== ''

type Line = (text: string) => void

const plainPrinter = (line: Line, lines: (block: string) => readonly string[]): Printer => ({
  line,
  progress: line,
  untrusted: (block) => {
    for (const one of lines(block)) line(one)
  },
  group: (title, body) => {
    for (const one of [title, ...body.map((text) => `  ${text}`)]) line(one)
  },
  command: (name, _properties, message) => line(`${name}: ${message}`),
  mask: () => undefined,
})

/** What was cut or broken up on its way is looked at once more, as it is written. */
const lookedAt = (lines: readonly string[], redact: (text: string) => string): readonly string[] => {
  const joined = lines.join('\n')
  const redacted = redact(joined)
  return redacted === joined ? lines : redacted.split('\n')
}

/** Lines of long work stand in one group of the log, which ends as soon as anything else is printed. */
const withProgressGroup = (printer: Omit<Printer, 'progress'>, issue: (name: 'group' | 'endgroup', message: string) => void): Printer => {
  let isOpen = false
  const closed =
    <Words extends readonly unknown[]>(print: (...words: Words) => void) =>
    (...words: Words): void => {
      if (isOpen) issue('endgroup', '')
      isOpen = false
      print(...words)
    }
  return {
    line: closed(printer.line),
    untrusted: closed(printer.untrusted),
    group: closed(printer.group),
    command: closed(printer.command),
    // What it says is not shown.
    mask: printer.mask,
    progress: (text) => {
      if (!isOpen) issue('group', 'Progress')
      isOpen = true
      printer.line(text)
    },
  }
}

/** The one place that writes to the standard output. */
export const createPrinter = ({ workflow, redact = (text) => text, write = toStdout, issue = issueCommand }: PrinterOptions): Printer => {
  const safe = (text: string): string => {
    const redacted = redact(text)
    const inert = inertLine(redacted)
    return inert === redacted ? inert : redact(inert)
  }
  const line: Line = (text) => write(`${safe(text)}\n`)
  const lines = (block: string): readonly string[] => lookedAt(inertBlock(redact(block)), redact)
  if (!workflow) return plainPrinter(line, lines)
  /** Belt and braces: the lines are inert already, and the runner is told to obey nothing until the token. */
  const stopped = (body: readonly string[]): void => {
    const token = randomUUID()
    issue('stop-commands', {}, token)
    write(body.map((one) => `${one}\n`).join(''))
    issue(token, {}, '')
  }
  const printer = {
    line,
    untrusted: (block: string) => stopped(lines(block)),
    group: (title: string, body: readonly string[]) => {
      issue('group', {}, safe(title))
      stopped(body.map(safe))
      issue('endgroup', {}, '')
    },
    command: (name: CommandName, properties: CommandProperties, message: string) => {
      const own = Object.entries(properties).map(([key, value]) => [key, safe(String(value))])
      issue(name, Object.fromEntries(own), withAddresses(lookedAt(inertMessage(redact(message)).split('\n'), redact).join('\n')))
    },
    mask: (secret: string) => {
      for (const form of maskForms(secret)) issue('add-mask', {}, form)
    },
  }
  return withProgressGroup(printer, (name, message) => issue(name, {}, message))
}
