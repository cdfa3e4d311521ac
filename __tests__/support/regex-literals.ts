/** The regular expression literals of a TypeScript text, found by a small lexer: strings, templates and comments are stepped over. */
export type RegexLiteral = { readonly source: string; readonly flags: string; readonly line: number }

/** Behind these a slash begins an expression; behind anything else it divides. */
const beforeValue = '(,=:[!&|?{};+-*%<>~^'
const wordsBeforeValue = /^(?:return|typeof|case|in|of|await|yield|else)$/

type Lexer = { readonly text: string; at: number; last: string; word: string; readonly open: string[] }

const skipTo = (lexer: Lexer, isEnd: (at: number) => boolean): void => {
  while (lexer.at < lexer.text.length && !isEnd(lexer.at)) lexer.at += lexer.text[lexer.at] === '\\' ? 2 : 1
}

const endValue = (lexer: Lexer, last = ')'): void => {
  lexer.last = last
  lexer.word = ''
}

const skipTemplate = (lexer: Lexer): void => {
  const { text } = lexer
  lexer.at += 1
  skipTo(lexer, (at) => text[at] === '`' || text.startsWith('${', at))
  if (text[lexer.at] === '`') {
    lexer.at += 1
    return endValue(lexer)
  }
  lexer.open.push('`')
  lexer.at += 2
  endValue(lexer, '(')
}

const readRegex = (lexer: Lexer): RegexLiteral => {
  const { text } = lexer
  const start = lexer.at + 1
  let inClass = false
  lexer.at = start
  skipTo(lexer, (at) => {
    if (text[at] === '[') inClass = true
    if (text[at] === ']') inClass = false
    return text[at] === '/' && !inClass
  })
  const source = text.slice(start, lexer.at)
  const flags = /^[a-z]*/.exec(text.slice(lexer.at + 1))?.[0] ?? ''
  lexer.at += 1 + flags.length
  endValue(lexer)
  return { source, flags, line: text.slice(0, start).split('\n').length }
}

const skipString = (lexer: Lexer, quote: string): void => {
  lexer.at += 1
  skipTo(lexer, (here) => lexer.text[here] === quote)
  lexer.at += 1
  endValue(lexer)
}

const skipComment = (lexer: Lexer): void => {
  const { text, at } = lexer
  const end = text.startsWith('//', at) ? text.indexOf('\n', at) : text.indexOf('*/', at) + 2
  lexer.at = end === -1 ? text.length : end
}

const skipWord = (lexer: Lexer, char: string): void => {
  const word = /^[\w$]+/.exec(lexer.text.slice(lexer.at, lexer.at + 100))?.[0] ?? ''
  if (char === '{') lexer.open.push(char)
  if (char === '}') lexer.open.pop()
  lexer.at += Math.max(1, word.length)
  if (char.trim() === '') return
  lexer.last = word === '' ? char : 'w'
  lexer.word = word
}

const beginsRegex = ({ last, word }: Lexer): boolean => beforeValue.includes(last) || wordsBeforeValue.test(word)

const step = (lexer: Lexer): RegexLiteral | undefined => {
  const char = lexer.text.charAt(lexer.at)
  const two = lexer.text.slice(lexer.at, lexer.at + 2)
  if (two === '//' || two === '/*') skipComment(lexer)
  else if (char === "'" || char === '"') skipString(lexer, char)
  else if (char === '`') skipTemplate(lexer)
  else if (char === '}' && lexer.open.at(-1) === '`') {
    lexer.open.pop()
    skipTemplate(lexer)
  } else if (char === '/' && beginsRegex(lexer)) return readRegex(lexer)
  else skipWord(lexer, char)
  return undefined
}

export const regexLiterals = (text: string): readonly RegexLiteral[] => {
  const lexer: Lexer = { text, at: 0, last: ';', word: '', open: [] }
  const found: RegexLiteral[] = []
  while (lexer.at < text.length) found.push(...[step(lexer)].filter((one) => one !== undefined))
  return found
}
