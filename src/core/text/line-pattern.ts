/** A pattern longer than this was not written for one line. */
const longest = 500

const withoutClasses = (pattern: string): string => pattern.replace(/\\./gs, 'a').replace(/\[[^\]]*\]/g, 'a')

/** A group without groups in it, and how often it stands there. */
const innermost = /\((?:\?(?::|<\w+>))?([^()]*)\)([*+]|\{\d+,?\d*\})?\??/

/** A repeated group whose content varies lets some lines be read in more ways than there is time for. */
const nests = (pattern: string): boolean => {
  let text = withoutClasses(pattern)
  for (let group = innermost.exec(text); group !== null; group = innermost.exec(text)) {
    const [whole, content = '', repetition] = group
    const varies = /[*+?{|]/.test(content)
    if (varies && repetition !== undefined) return true
    text = text.replace(whole, varies || repetition !== undefined ? 'a*' : 'a')
  }
  return false
}

/** Why a regular expression is not taken for lines that somebody else wrote; `undefined` when it is. */
export const patternTrouble = (pattern: string): string | undefined => {
  if (pattern.length > longest) return `is longer than ${longest} characters`
  try {
    void new RegExp(pattern)
  } catch (error) {
    // The engine says what is wrong, after its own name and the pattern.
    return `is no regular expression: ${Error.isError(error) ? (error.message.split(': ').at(-1) ?? '') : ''}`.trim()
  }
  if (/\\[1-9]|\\k</.test(pattern.replaceAll('\\\\', ''))) return 'refers back to a group, which can take for ever on a hostile line'
  if (/\(\?<?[=!]/.test(pattern.replaceAll('\\(', ''))) return 'looks ahead or behind, which is not supported'
  return nests(pattern) ? 'repeats a group whose content varies, which can take for ever on a hostile line' : undefined
}
