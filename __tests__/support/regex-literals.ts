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

const step = (lexer: Lexer): RegexLiteral | undefined => {
  const { text, at } = lexer
  const char = text[at] ?? ''
  const word = /^[\w$]+/.exec(text.slice(at, at + 100))?.[0]
  if (text.startsWith('//', at)) skipTo(lexer, (here) => text[here] === '\n')
  else if (text.startsWith('/*', at)) lexer.at = text.indexOf('*/', at) + 2
  else if (char === "'" || char === '"') {
    lexer.at += 1
    skipTo(lexer, (here) => text[here] === char)
    lexer.at += 1
    endValue(lexer)
  } else if (char === '`' || (char === '}' && lexer.open.at(-1) === '`')) {
    if (char === '}') lexer.open.pop()
    skipTemplate(lexer)
  } else if (char === '/' && (beforeValue.includes(lexer.last) || wordsBeforeValue.test(lexer.word))) return readRegex(lexer)
  else if (/\s/.test(char)) lexer.at += 1
  else {
    if (char === '{') lexer.open.push(char)
    if (char === '}') lexer.open.pop()
    lexer.at += word?.length ?? 1
    lexer.last = word === undefined ? char : 'w'
    lexer.word = word ?? ''
  }
  return undefined
}

export const regexLiterals = (text: string): readonly RegexLiteral[] => {
  const lexer: Lexer = { text, at: 0, last: ';', word: '', open: [] }
  const found: RegexLiteral[] = []
  while (lexer.at < text.length) found.push(...[step(lexer)].filter((one) => one !== undefined))
  return found
}
