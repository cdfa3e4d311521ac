const longest = 120

/**
 * A query as evidence: one line of at most 120 characters, comments dropped, literals replaced by `?`. It may have been cut by the server in
 * the middle of a literal.
 */
export const normaliseQuery = (query: string): string => {
  const flat = query
    .slice(0, 4_000)
    .replace(/\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)/g, ' ')
    .replace(/--[^\n]*/g, ' ')
    .replace(/\$([A-Za-z_]*)\$[^$]*(?:\$(?!\1\$)[^$]*)*(?:\$\1\$|$)/g, '?')
    .replace(/\b[eE]'(?:[^'\\]|\\.|'')*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)/gs, '?')
    .replace(/(?<![\w$."])\d+(?:\.\d+)?\b/g, '?')
    .replace(/\s+/g, ' ')
    .trim()
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat
}
