/** What the runner reads from the lines of a step: actions/runner, `ActionCommand.cs` and `ActionCommandManager.cs`. */
export type Command = { readonly name: string; readonly properties: Readonly<Record<string, string>>; readonly data: string }

export const registeredCommands = [
  'stop-commands',
  'set-env',
  'set-output',
  'save-state',
  'add-path',
  'add-mask',
  'add-matcher',
  'remove-matcher',
  'warning',
  'error',
  'notice',
  'debug',
  'group',
  'endgroup',
  'echo',
] as const
export type CommandName = (typeof registeredCommands)[number]

type Escapes = readonly (readonly [string, string])[]
const dataEscapes: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
]
const colonPropertyEscapes: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
] // prettier-ignore
const bracketEscapes: Escapes = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
] // prettier-ignore
const unescape = (text: string, escapes: Escapes) => escapes.reduce((so, [from, to]) => so.replaceAll(from, to), text)

const parseProperties = (text: string, separator: string, escapes: Escapes): Record<string, string> => {
  const pairs = text.split(separator).flatMap((property) => {
    const at = property.indexOf('=')
    return at > 0 && at < property.length - 1 ? [[property.slice(0, at), unescape(property.slice(at + 1), escapes)] as const] : []
  })
  return Object.fromEntries(pairs)
}

/** .NET's white space, which `TrimStart` removes: U+0085 belongs to it, U+FEFF and U+200B do not. */
const leadingSpace = /^[\p{Z}\t-\r\u0085]+/u
/**
 * The runner looks for the closing `::` by the rules of the culture, which skip characters that collation ignores:
 * breaking only the closing one with a zero-width space is no protection.
 */
const closingColons = /[\p{Default_Ignorable_Code_Point}\p{Cc}]*:[\p{Default_Ignorable_Code_Point}\p{Cc}]*:/u

type Parse = (line: string, isRegistered: (name: string) => boolean) => Command | undefined

const splitInfo = (info: string) => {
  const space = info.indexOf(' ')
  return space < 0 ? { name: info, properties: '' } : { name: info.slice(0, space), properties: info.slice(space + 1) }
}

/** `::name key=value,key=value::data` at the start of a line. */
const parseColons: Parse = (line, isRegistered) => {
  const trimmed = line.replace(leadingSpace, '')
  if (!trimmed.startsWith('::')) return undefined
  const rest = trimmed.slice(2)
  const closing = closingColons.exec(rest)
  if (closing === null) return undefined
  const { name, properties } = splitInfo(rest.slice(0, closing.index))
  if (!isRegistered(name)) return undefined
  const data = unescape(rest.slice(closing.index + closing[0].length), dataEscapes)
  return { name, properties: parseProperties(properties.trim(), ',', colonPropertyEscapes), data }
}

/** `##[name key=value;key=value]data` anywhere in a line; only the first `##[` counts. */
const parseBrackets: Parse = (line, isRegistered) => {
  const start = line.indexOf('##[')
  const end = line.indexOf(']', start)
  if (start < 0 || end < 0) return undefined
  const { name, properties } = splitInfo(line.slice(start + 3, end))
  if (!isRegistered(name)) return undefined
  return { name, properties: parseProperties(properties, ';', bracketEscapes), data: unescape(line.slice(end + 1), bracketEscapes) }
}

/** The command in a line, or `undefined` when the runner prints the line as it is. */
export const parseCommand: Parse = (line, isRegistered) => parseColons(line, isRegistered) ?? parseBrackets(line, isRegistered)

/** Splits a stream into lines as .NET's `ReadLine` does: at `\n`, `\r\n` and at a lone `\r`. */
export const lineSplitter = (onLine: (line: string) => void) => {
  const decoder = new TextDecoder()
  let rest = ''
  return {
    write: (bytes: Uint8Array) => {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    },
    end: () => {
      const last = (rest + decoder.decode()).replace(/\r$/, '')
      if (last !== '') onLine(last)
    },
  }
}
