const quote = '"'

const stringEnd = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1
  return at
}

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\n' || char === '\t' || char === '\r'

/** JSON with a comma behind the last item, as bun writes it -> JSON. Each comma becomes a blank, so that nothing moves. */
export const withoutTrailingCommas = (text: string): string => {
  const parts: string[] = []
  let [from, comma] = [0, -1]
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (isBlank(char)) continue
    if (comma !== -1 && (char === '}' || char === ']')) {
      parts.push(text.slice(from, comma), ' ')
      from = comma + 1
    }
    comma = char === ',' ? at : -1
    if (char === quote) at = stringEnd(text, at)
  }
  return [...parts, text.slice(from)].join('')
}
