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

/** What one step of a pattern takes: a run of any length, or one piece that fits. */
export type PatternStep = 'run' | ((piece: string) => boolean)

/** Whether all pieces fit the steps. Of several runs only the last is ever taken anew: steps times pieces at most, whatever both are. */
export const fitsSteps = (steps: readonly PatternStep[], pieces: readonly string[]): boolean => {
  let [step, at, run, runEnd] = [0, 0, -1, 0]
  while (at < pieces.length) {
    const now = steps[step]
    if (now === 'run') {
      run = step
      runEnd = at
      step += 1
    } else if (now?.(pieces[at] ?? '') === true) {
      step += 1
      at += 1
    } else if (run === -1) return false
    else {
      runEnd += 1
      at = runEnd
      step = run + 1
    }
  }
  return steps.slice(step).every((one) => one === 'run')
}

const tokensOf = (pattern: string): readonly PatternStep[] => {
  const tokens: PatternStep[] = []
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

/** One name of a path: `*`, `?` and `[abc]`, as a shell has them; a leading dot is matched only by a dot. */
export const nameMatcher = (pattern: string): ((name: string) => boolean) => {
  const tokens = pattern.length > longest ? [] : tokensOf(pattern)
  const hidden = pattern.startsWith('.')
  return (name) => (hidden || !name.startsWith('.')) && fitsSteps(tokens, name.split(''))
}
