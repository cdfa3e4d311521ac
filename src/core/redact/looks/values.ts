import { noSecret } from '../secret-words.ts'

/**
 * Secrets that nobody told us, by their looks: the group `v` of each expression. All are linear: each starts at a literal or a bounded
 * run, and what follows is bounded or consumed greedily with nothing required behind it.
 */
export const rule = (source: string, flags = 'i'): RegExp => new RegExp(source, `dg${flags}`)

/** Values: quoted (perhaps cut off; the quotes stay, so that JSON stays JSON), or up to white space or a quote that ends it. */
export const doubleQuoted = String.raw`"(?!${noSecret}")(?<v>(?:[^"\\\n]|\\.)*)`
export const singleQuoted = String.raw`'(?!${noSecret}')(?<v>(?:[^'\\\n]|\\.|'')*)`
export const backQuoted = String.raw`\x60(?<v>[^\x60\n]*)`
export const bare = String.raw`(?!\\{0,8}["'\x60]|${noSecret})(?<v>(?:[^\s"'\x60]|["'\x60](?![,}\])\s;:.]|$))+)`
export const bareInJson = String.raw`(?!${noSecret})(?<v>-?\d[\d.eE+-]{0,64}|(?!\\{0,8}["'\x60]|[{[\d\s-])[^\s"'\x60,}\]]+)`
export const restOfLine = String.raw`(?!["'])(?<v>[^\r\n]+)`

/** One rule for each kind of value that may follow. */
export const pairs = (name: string, values: readonly string[]): readonly RegExp[] => values.map((value) => rule(`${name}${value}`))

export const userInfo = String.raw`[^\s/?#@:"'<>[\]]`
export const quotes = String.raw`\\{0,8}["'\x60]`

/** Words that follow the name of a secret in a sentence. */
export const prose =
  '(?:is|was|to|or|and|must|for|from|in|on|of|not|cannot|can|may|should|option|options|flag|argument|requires?|needs?|with|without|as|the|a|an|if|when|has|given|missing|expected|instead|by|via|file|stdin|prompt|are|be|will|parameter|value|input|configuration|directive|setting|config)(?![\\w-])'
