/** How a server may ask who we are, by libpq's words; `none`: not at all. */
export type AuthMethod = 'password' | 'md5' | 'scram-sha-256' | 'none'

const known: ReadonlySet<string> = new Set(['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'])

const wordsOf = (required: string): readonly string[] =>
  required
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** What is wrong with libpq's `require_auth`: an unknown word, or `!word` beside a plain one. The value itself is not repeated. */
export const requireAuthMistake = (required: string): string | undefined => {
  const words = wordsOf(required)
  if (words.some((word) => !known.has(word.replace(/^!/, '')))) return `its require_auth knows only ${[...known].join(', ')}`
  const refused = words.filter((word) => word.startsWith('!')).length
  return refused > 0 && refused < words.length ? 'its require_auth mixes words with and without "!"' : undefined
}

/** Whether a server may ask like that. Nothing required: it may ask as it likes, as with libpq. */
export const allowsAuth = (required: string | undefined, method: AuthMethod): boolean => {
  const words = wordsOf(required ?? '')
  if (words.length === 0) return true
  return words.some((word) => word.startsWith('!')) ? !words.includes(`!${method}`) : words.includes(method)
}
