import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const runbooksFolder = 'docs/runbooks'

/** The text of each page by its finding id. */
export const runbookPages: ReadonlyMap<string, string> = new Map(
  readdirSync(runbooksFolder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => name.slice(0, -'.md'.length))
    .toSorted()
    .map((id) => [id, readFileSync(join(runbooksFolder, `${id}.md`), 'utf8')]),
)

export const fence = /^```(\w*)\n([^]*?)^```$/gm
/** The code blocks of a language. */
export const blocks = (page: string, language: string): readonly string[] =>
  [...page.matchAll(fence)].filter((match) => match[1] === language).map((match) => match[2] ?? '')

export const lookOf = (page: string): string => page.slice(page.indexOf('## Look'), page.indexOf('## Mend'))

/** The command without what its quotes hold; inside double quotes a backslash protects. */
export const outsideQuotes = (command: string): string => command.replace(/'[^']*'|"(?:\\.|[^"\\])*"/gs, '""')

const isWhole = (command: string): boolean => !/['"]/.test(outsideQuotes(command).replaceAll('""', ''))

/** The commands of a block; one that opens a quote goes on until it is closed. */
export const commandsOf = (block: string): readonly string[] => {
  const commands: string[] = []
  for (const line of block.trimEnd().split('\n')) {
    const last = commands.at(-1)
    if (last !== undefined && !isWhole(last)) commands[commands.length - 1] = `${last}\n${line}`
    else commands.push(line)
  }
  return commands
}

export const placeholder = /<([a-z][a-z ]*)>/g
