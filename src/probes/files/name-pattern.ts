/** A token of a pattern: any run of characters, or one character of some. */
type Token = 'run' | ((char: string) => boolean)

/** No name of a file is nearly as long. */
const longest = 1_000

/** `abc`, `a-z`: a range stands for all between. */
const oneOf = (names: string): ((char: string) => boolean) => {
  const [chars, ranges]: [Set<string>, [string, string][]] = [new Set(), []]
  for (let at = 0; at < names.length; at += 1) {
    const [from = '', dash, to] = names.slice(at, at + 3)
    if (dash === '-' && to !== undefined) {
      ranges.push([from, to])
      at += 2
    } else chars.add(from)
  }
  return (char) => chars.has(char) || ranges.some(([from, to]) => from <= char && char <= to)
}

const tokensOf = (pattern: string): readonly Token[] => {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at)
    const not = pattern.charAt(at + 1) === '!'
    const start = at + (not ? 2 : 1)
    const end = char === '[' ? pattern.indexOf(']', start) : -1
    if (char === '*') tokens.push('run')
    else if (char === '?') tokens.push(() => true)
    else if (end > start) {
      const named = oneOf(pattern.slice(start, end))
      tokens.push(not ? (one) => !named(one) : named)
      at = end
    } else tokens.push((one) => one === char)
  }
  return tokens
}

/** Of several runs only the last is ever taken anew: pattern times name steps at most, whatever both are. */
const fits = (tokens: readonly Token[], name: string): boolean => {
  let [token, at, run, runEnd] = [0, 0, -1, 0]
  while (at < name.length) {
    const now = tokens[token]
    if (now === 'run') {
      run = token
      runEnd = at
      token += 1
    } else if (now?.(name.charAt(at)) === true) {
      token += 1
      at += 1
    } else if (run === -1) return false
    else {
      runEnd += 1
      at = runEnd
      token = run + 1
    }
  }
  return tokens.slice(token).every((one) => one === 'run')
}

/** One name of a path: `*`, `?` and `[abc]`, as a shell has them; a leading dot is matched only by a dot. */
export const nameMatcher = (pattern: string): ((name: string) => boolean) => {
  const tokens = pattern.length > longest ? [] : tokensOf(pattern)
  const hidden = pattern.startsWith('.')
  return (name) => (hidden || !name.startsWith('.')) && fits(tokens, name)
}
