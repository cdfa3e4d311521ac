import type { Action } from '../../src/contract/action.ts'
import { descriptionOf } from '../../src/core/options/accepts.ts'
import { declaredInputs, presentOptions } from '../../src/core/options/inputs.ts'
import { commonOutputs } from '../../src/core/options/outputs.ts'
import { describeOption, fallbackOf } from './describe.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** A Markdown table whose columns are as wide as their widest cell, as the formatter wants it. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const cells = [head, ...rows].map((row) => row.map(cell))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - text.length)).join(' | ')} |`
  const [first = [], ...rest] = cells
  return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n')
}

/** Nothing for an empty text. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

/** What a thing is and its default: a default that depends on something stands at the end of its description, and has its own column here. */
export const whatAndDefault = (description: string, fallback: string): readonly [string, string] => {
  const [, what, told] = /^(.*?) ?Default: (.*)\.$/.exec(description) ?? []
  return what === undefined || told === undefined ? [description, code(fallback)] : [what, told]
}

/** Options of an action's section with their fields, which are inputs of the same name where they stand at the top. */
export const optionsTable = (action: Action): string =>
  table(
    ['option', 'what', 'default'],
    Object.entries(presentOptions(action))
      .flatMap(([name, schema]) => describeOption(name, schema))
      .map(({ name, description, fallback, required }) => {
        const [what, otherwise] = whatAndDefault(description, fallback)
        return [code(name), what, required ? 'required' : otherwise]
      }),
  )

/** Inputs besides the options: the common ones that the action reads, and those of every run. */
export const inputsTable = (action: Action): string =>
  table(
    ['input', 'what', 'default'],
    declaredInputs(action)
      .filter((one) => one.belongs !== 'own')
      .map(({ name, schema }) => [
        code(name),
        ...whatAndDefault(descriptionOf(schema), name === 'token' ? '${{ github.token }}' : fallbackOf(name, schema)),
      ]),
  )

export const outputsTable = (action: Action): string =>
  table(
    ['output', 'what'],
    Object.entries({ ...commonOutputs, ...action.outputs }).map(([name, { description }]) => [code(name), description]),
  )

/** The table of actions, from the root README. */
export const actionsTable = (actions: readonly Action[]): string =>
  table(
    ['action', 'does'],
    actions.map(({ name, description }) => [`[\`${name}\`](actions/${name}/README.md)`, description]),
  )

const markers = (name: string): readonly [string, string] => [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]

/** Puts a table between `<!-- name:begin -->` and `<!-- name:end -->`; a text without these markers is a mistake of its writer. */
export const between = (text: string, name: string, content: string): string => {
  const [begin, end] = markers(name)
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`the markers ${begin} and ${end} are missing`)
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`
}

const section = (title: string, name: string): string => `## ${title}\n\n${markers(name).join('\n')}\n`

/** What a README is until somebody writes its story. */
export const firstReadme = ({ name, description }: Action): string =>
  [`# ${name}\n\n${description}\n`, section('Options', 'options'), section('Inputs', 'inputs'), section('Outputs', 'outputs')].join('\n')
