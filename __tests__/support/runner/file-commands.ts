import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Interpreter, Masks } from './interpreter.ts'

export const fileCommands = ['env', 'output', 'path', 'state', 'step_summary'] as const
export type FileCommand = (typeof fileCommands)[number]

/** The empty files that the runner makes for one step; `GITHUB_OUTPUT` and its like name them. */
export const createCommandFiles = async (folder: string): Promise<Record<FileCommand, string>> => {
  const suffix = crypto.randomUUID()
  const files = fileCommands.map((name) => [name, join(folder, `${name}_${suffix}`)] as const)
  await Promise.all(files.map(([, path]) => writeFile(path, '')))
  return Object.fromEntries(files) as Record<FileCommand, string>
}

/** `NAME=VALUE`, or `NAME<<DELIMITER`, lines, `DELIMITER`. Throws at the first mistake; what stood before it counts. */
export function* parsePairs(text: string): Generator<readonly [string, string]> {
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      yield [line.slice(0, equals), line.slice(equals + 1)]
      continue
    }
    const [name, delimiter] = heredoc < 0 ? ['', ''] : [line.slice(0, heredoc), line.slice(heredoc + 2)]
    if (heredoc < 0) throw new Error(`Invalid format '${line}'`)
    if (name === '' || delimiter === '') throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
    const end = lines.indexOf(delimiter, at + 1)
    if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
    yield [name, lines.slice(at + 1, end).join('\n')]
    at = end
  }
}

export type FileEffects = {
  readonly outputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly path: readonly string[]
  readonly state: Readonly<Record<string, string>>
  /** Markdown, masks applied; empty when the step wrote none or more than 1 MiB. */
  readonly summary: string
}

const summaryLimitBytes = 1024 * 1024

/** What the runner takes from the files after a step; a mistake in one of them fails the step. */
export const readCommandFiles = async (
  files: Readonly<Record<FileCommand, string>>,
  interpreter: Interpreter,
  masks: Masks,
): Promise<FileEffects> => {
  const pairs = async (name: FileCommand) => {
    const found: Record<string, string> = {}
    try {
      for (const [key, value] of parsePairs(await readFile(files[name], 'utf8'))) found[key] = value
    } catch (error) {
      interpreter.fail(`Unable to process file command '${name}' successfully. ${(error as Error).message}`)
    }
    return found
  }
  const env = await pairs('env')
  for (const name of Object.keys(env).filter((one) => one.toUpperCase() === 'NODE_OPTIONS')) {
    interpreter.annotate('error', `Can't store ${name} output parameter using '$GITHUB_ENV' command.`)
    delete env[name]
  }
  const written = await readFile(files.step_summary)
  const tooLarge = written.byteLength > summaryLimitBytes
  if (tooLarge) {
    const size = Math.floor(written.byteLength / 1024)
    interpreter.annotate('error', `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${size}k.`)
  }
  return {
    outputs: await pairs('output'),
    env,
    path: (await readFile(files.path, 'utf8')).split(/\r?\n/).filter((line) => line !== ''),
    state: await pairs('state'),
    summary: tooLarge ? '' : masks.apply(written.toString('utf8')),
  }
}
