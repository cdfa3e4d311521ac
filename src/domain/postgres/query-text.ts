import { shorten } from '../../core/text/plain.ts'

const longest = 120

const name = String.raw`[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*`
/**
 * In the second, whether a literal goes on behind a backslash and a quote depends on `standard_conforming_strings` of that session, and on an `E` in
 * the line before: in doubt all that follows is of it.
 */
const literals = [
  String.raw`[eE]'(?:[^'\\]|\\[^]|'')*(?:'|\\?$)`,
  String.raw`(?:[bBnNxX]|[uU]&)?'(?:[^'\\]|''|\\(?!'))*(?:\\'[^]*|'|$)`,
  String.raw`\$(?<tag>(?:${name})?)\$[^]*?(?:\$\k<tag>\$|$)`,
  String.raw`\d[\w.]*`,
]
const kept = [String.raw`\$\d+`, String.raw`"(?:[^"]|"")*(?:"|$)`, String.raw`[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`, '[^]']
/** From left to right, so that what one kind of word holds is never taken for another: a quote in a name, a comment sign in a literal. */
const word = new RegExp(String.raw`(?<dropped>--[^\n]*|\s+)|(?<literal>${literals.join('|')})|(?<kept>${kept.join('|')})`, 'y')

/** The value of a setting needs no quotes: `SET app.key = word`. */
const setting =
  /^((?:ALTER (?:ROLE|USER|DATABASE|SYSTEM) [^=]{0,200}? ?)?SET (?:SESSION |LOCAL )?(?:"[^"]{0,200}"|[\w.]{1,200}) ?(?:=|TO\b) ?).+$/i

/**
 * A query as evidence: one line of at most 120 characters, comments dropped, literals replaced by `?`. It may have been cut by the server in
 * the middle of a literal.
 */
export const normaliseQuery = (query: string): string => {
  const flat = wordsOf(query.slice(0, 4_000)).join('').replace(/\s+/g, ' ').trim()
  return shorten(flat.replace(setting, '$1?'), longest)
}

const wordsOf = (query: string): readonly string[] => {
  const words: string[] = []
  let at = 0
  while (at < query.length) {
    if (query.startsWith('/*', at)) {
      at = endOfComment(query, at)
      words.push(' ')
      continue
    }
    word.lastIndex = at
    const { dropped, literal, kept } = word.exec(query)?.groups ?? {}
    at = word.lastIndex
    words.push(dropped !== undefined ? ' ' : literal !== undefined ? '?' : (kept ?? ''))
  }
  return words
}

const commentSign = /\/\*|\*\//g

/** PostgreSQL's comments hold comments. One that was cut goes to the end. */
const endOfComment = (query: string, start: number): number => {
  commentSign.lastIndex = start
  let depth = 0
  for (let sign = commentSign.exec(query); sign !== null; sign = commentSign.exec(query)) {
    depth += sign[0] === '/*' ? 1 : -1
    if (depth === 0) return commentSign.lastIndex
  }
  return query.length
}
