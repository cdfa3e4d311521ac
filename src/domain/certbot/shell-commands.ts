/** One simple command of a shell's text: its words, and what stands between it and the one before. */
export type SimpleCommand = { readonly words: readonly string[]; readonly after: string }

const piece = /\s*(?:(#[^\n]*)|(&&|\|\||;;|[;|&\n(){}])|((?:\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*'|[^\s;|&(){}"'\\])+|["'\\]))/gy
const quoted = /\\([\s\S])|"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'/g

const unquoted = (word: string): string =>
  word.replaceAll(
    quoted,
    (_all, escaped?: string, double?: string, single?: string) => escaped ?? double?.replaceAll(/\\(.)/g, '$1') ?? single ?? '',
  )

const keywords: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  'while',
  'until',
  '!',
  'time',
  'exec',
  'command',
])
const assignment = /^[A-Za-z_]\w*=/

/** Words that only say how another command is run, with their options: `nice -n 10`, `timeout 1h`, `flock -n /run/lock`. */
const wrappers: Readonly<Record<string, number>> = {
  sudo: 0,
  nice: 0,
  ionice: 0,
  nohup: 0,
  env: 0,
  chronic: 0,
  'systemd-cat': 0,
  timeout: 1,
  flock: 1,
}
const withValue = /^-(?:n|c|u|g|t|k|s|p|E|w)$/

const nameOf = (word: string | undefined): string => word?.split('/').at(-1) ?? ''

const withoutWrapper = (words: readonly string[]): readonly string[] => {
  const operands = wrappers[nameOf(words[0])]
  if (operands === undefined) return words
  let at = 1
  while (words[at]?.startsWith('-') === true)
    at += withValue.test(words[at] ?? '') && /^[\w.]+$/.test(words[at + 1] ?? '') && !isFlag(words, at) ? 2 : 1
  return words.slice(at + operands)
}

/** `flock -n FILE` and `sudo -n`: there it has no value. */
const isFlag = (words: readonly string[], at: number): boolean =>
  /^-[nE]$/.test(words[at] ?? '') && /^(?:flock|sudo)$/.test(nameOf(words[0]))

const bare = (words: readonly string[]): readonly string[] => {
  let rest = words
  for (let left = 20; left > 0; left -= 1) {
    const [first = ''] = rest
    const next = keywords.has(first) || assignment.test(first) ? rest.slice(1) : withoutWrapper(rest)
    if (next === rest) return rest
    rest = next
  }
  return rest
}

const shells = /^(?:sh|bash|dash|ash|zsh)$/
const deepest = 3

const inner = (words: readonly string[], depth: number): readonly SimpleCommand[] | undefined => {
  const at = words.findIndex((one) => /^-\w*c$/.test(one))
  return shells.test(nameOf(words[0])) && at > 0 && depth < deepest ? commandsOf(words[at + 1] ?? '', depth + 1) : undefined
}

/** The simple commands of a shell's text in their order, without keywords, assignments and what only wraps them; comments are none. */
export const commandsOf = (text: string, depth = 0): readonly SimpleCommand[] => {
  const found: SimpleCommand[] = []
  let [words, after]: [string[], string] = [[], '']
  const end = (operator: string) => {
    const plain = bare(words)
    if (plain.length > 0) found.push(...(inner(plain, depth) ?? [{ words: plain, after }]))
    if (words.length > 0 || operator !== '\n') after = operator
    words = []
  }
  for (const [, , operator, word] of text.replaceAll(/\\\r?\n/g, ' ').matchAll(piece)) {
    if (operator !== undefined) end(operator)
    else if (word !== undefined) words.push(unquoted(word))
  }
  end('\n')
  return found
}
