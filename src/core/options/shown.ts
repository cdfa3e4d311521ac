const longest = 60

const withoutUser = (word: string): string => {
  const [from, at] = [word.indexOf('//'), word.lastIndexOf('@')]
  return from === -1 || at < from ? word : `${word.slice(0, from)}//***${word.slice(at)}`
}

/** What somebody wrote, quoted for a message: bounded, control characters escaped, the user part of URLs masked. */
export const shown = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  if (typeof value !== 'string') return String(value)
  const masked = value.split(/(\s)/).map(withoutUser).join('')
  return JSON.stringify(masked.length > longest ? `${masked.slice(0, longest)}…` : masked)
}
