import { RE2JS } from 're2js'

/** A pattern longer than this was not written for one line. */
const longest = 500
/** Instructions of the compiled pattern: each may be looked at for each character of a line. */
const mostInstructions = 5_000

/** A regular expression that reads a line in time linear in its length, whatever the line is. */
export type LinePattern = {
  readonly matches: (line: string) => boolean
  /** What the named group holds in a line that matches; `undefined` without such a group, or when it took no part. */
  readonly group: (line: string, name: string) => string | undefined
}

const compiled = (pattern: string): RE2JS | { readonly trouble: string } => {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern))
  } catch (error) {
    // The engine says what is wrong, after its own name, and repeats the part of the pattern.
    const said = Error.isError(error) ? error.message.replace('error parsing regexp: ', '') : ''
    return { trouble: `is no regular expression: ${said}`.trim() }
  }
}

/** Reads a regular expression for lines that somebody else wrote, or says why it is not taken. */
export const readLinePattern = (pattern: string): LinePattern | { readonly trouble: string } => {
  if (pattern.length > longest) return { trouble: `is longer than ${longest} characters` }
  const literal = pattern.replace(/\\\\/g, '')
  if (/\\[1-9]|\\k</.test(literal)) return { trouble: 'refers back to a group, which can take for ever on a hostile line' }
  if (/(?<!\\)\(\?<?[=!]/.test(literal)) return { trouble: 'looks ahead or behind, which is not supported' }
  const expression = compiled(pattern)
  if ('trouble' in expression) return expression
  if (expression.programSize() > mostInstructions) return { trouble: 'repeats too much, with counts inside of counts' }
  const names = expression.namedGroups()
  return {
    matches: (line) => expression.test(line),
    group: (line, name) => {
      if (!Object.hasOwn(names, name)) return undefined
      const matcher = expression.matcher(line)
      return matcher.find() ? (matcher.group(name) ?? undefined) : undefined
    },
  }
}

/** Why a regular expression is not taken for lines that somebody else wrote; `undefined` when it is. */
export const patternTrouble = (pattern: string): string | undefined => {
  const read = readLinePattern(pattern)
  return 'trouble' in read ? read.trouble : undefined
}
