import { parse } from 'smol-toml'
import { listOf, ownOf } from '../lockfile.ts'

/** A TOML file, with the line on which each table of its list of packages begins. */
export type TomlFile =
  | { readonly value: unknown; readonly packages: readonly { readonly value: unknown; readonly line: number }[] }
  | { readonly trouble: string }

const linesOf = (text: string, header: string): readonly number[] =>
  text.split('\n').flatMap((line, index) => (line.trim() === header ? [index + 1] : []))

/** Nested values cost stack, and dotted keys nest without brackets. */
const deepest = 100
const isTooDeep = (text: string): boolean => {
  let open = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '\n' && open === 0) continue
    if (char === '[' || char === '{') open += 1
    if (char === ']' || char === '}') open = Math.max(0, open - 1)
    if (open > deepest) return true
  }
  return false
}

/** `table`: the name of the list, `package` of most. */
export const readToml = (text: string, table: string): TomlFile => {
  if (isTooDeep(text)) return { trouble: 'it is nested too deeply' }
  try {
    const value: unknown = parse(text)
    const lines = linesOf(text, `[[${table}]]`)
    return { value, packages: listOf(ownOf(value, table)).map((one, index) => ({ value: one, line: lines[index] ?? 1 })) }
  } catch (error) {
    // What is no TOML, or a cut file: its first line of the error says where.
    const [why = ''] = Error.isError(error) ? error.message.split('\n') : []
    return { trouble: `it is no TOML: ${why.slice(0, 200)}` }
  }
}
