/** Tables of contents that follow from the pages themselves: a runbook a line, a decision a line. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const pagesOf = (folder: string): readonly { readonly name: string; readonly text: string }[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => name.slice(0, -'.md'.length))
    .toSorted()
    .map((name) => ({ name: `${name}.md`, text: readFileSync(join(folder, `${name}.md`), 'utf8') }))

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** The id of a runbook is its title, and its first paragraph says what the finding says. */
export const runbookRow = (name: string, text: string): string => {
  const [, id, said] = /^# (\S+)\n\n((?:[^#\n].*\n)+)/.exec(text) ?? []
  if (id === undefined || said === undefined)
    throw new Error(`${name}: a runbook begins with "# <id>", an empty line and what the finding says`)
  return `| [${id}](${name}) | ${cell(said.trim().replaceAll('\n', ' '))} |`
}

/** The title of a decision is `# <number>. <decision>`. */
export const decisionRow = (name: string, text: string): string => {
  const [, number, title] = /^# (\d+)\. (.+)\n/.exec(text) ?? []
  if (number === undefined || title === undefined || Number(name.slice(0, 4)) !== Number(number))
    throw new Error(`${name}: a decision begins with "# <the number of its file>. <what was decided>"`)
  return `| [${number}](${name}) | ${cell(title)} |`
}

const runbooks = (): string => `# Runbooks

One page for each finding id. The line "more" of a report leads here.

| id | what it says |
| --- | --- |
${pagesOf('docs/runbooks')
  .map(({ name, text }) => runbookRow(name, text))
  .join('\n')}
`

const decisions = (): string => `# Decisions

Short, one per file, for decisions that someone will question. A later one that changes an earlier one says so in both.

| number | decision |
| --- | --- |
${pagesOf('docs/adr')
  .map(({ name, text }) => decisionRow(name, text))
  .join('\n')}
`

export const contents = (): Readonly<Record<string, string>> => ({
  'docs/runbooks/README.md': runbooks(),
  'docs/adr/README.md': decisions(),
})
