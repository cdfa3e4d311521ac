/**
 * Whether a text is what a pattern means: `*` stands for any run of characters, everything else for itself. Linear, for the text is untrusted.
 * Of two runs that could be taken the first is: that is enough where only `*` is special.
 */
export const matches = (pattern: string, text: string): boolean => {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === pattern
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/** Whether one of the patterns means the text. */
export const matchesAny = (patterns: readonly string[], text: string): boolean => patterns.some((one) => matches(one, text))
