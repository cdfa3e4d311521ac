/** What a secret becomes. */
export const redacted = '***'

/**
 * Secrets that nobody told us, by their looks. Every expression is linear: it starts at a literal or a bounded run, and what follows is
 * bounded or consumed greedily with nothing required behind it.
 */
type Rule = { readonly pattern: RegExp; readonly replacement: string }

/** Values: quoted (perhaps cut off; the quotes stay, so that JSON stays JSON), or up to white space or a quote that ends it. */
const doubleQuoted = String.raw`")(?:[^"\\\n]|\\.)*("?)`
const singleQuoted = String.raw`')(?:[^'\\\n]|\\.)*('?)`
const bare = String.raw`)(?!["'])(?:[^\s"'\x60]|["'\x60](?![,}\])\s;:.]|$))+()`
const restOfLine = String.raw`)(?!["'])[^\r\n]+()`

/** One rule for each kind of value that may follow. */
const pairs = (name: string, values: readonly string[]): readonly Rule[] =>
  values.map((value) => ({ pattern: new RegExp(`(${name}${value}`, 'gi'), replacement: '$1***$2' }))

const secretName = String.raw`(?:pass(?:word|wd|phrase|code)|pwd|secret(?:[_-]?(?:access[_-]?)?key)?|token|api[_-]?key|access[_-]?key|private[_-]?key|session[_-]?id|credentials?|auth)`
const headerName = String.raw`(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)`
const userInfo = String.raw`[^\s/?#@:"'<>[\]]`

const rules: readonly Rule[] = [
  // Authorization, Cookie and Set-Cookie: the rest of the line, or the JSON string.
  ...pairs(String.raw`${headerName}["']?\s{0,3}[:=]\s{0,3}`, [doubleQuoted, singleQuoted, restOfLine]),
  { pattern: /\b(Bearer|Token)(\s{1,3})[\w.~+/=-]{8,}/g, replacement: '$1$2***' },
  { pattern: /\b(Basic)(\s{1,3})(?=[A-Za-z+/]{0,64}[0-9=])[A-Za-z0-9+/=]{8,}/g, replacement: '$1$2***' },
  // scheme://user:password@host; the password may hold `/`, `@` and more, but a port is none.
  {
    pattern: new RegExp(String.raw`(:\/\/${userInfo}{0,256}):(?!\d{1,5}(?:[/?#\s]|$))(?:(?!:\/\/)[^\s"'<>]){1,512}@`, 'g'),
    replacement: '$1:***@',
  },
  // The same, cut before its `@`.
  { pattern: new RegExp(String.raw`(:\/\/${userInfo}{0,256}):(?!\d{1,5}…)[^\s/?#@"'<>…]{1,512}…`, 'g'), replacement: '$1:***…' },
  { pattern: new RegExp(String.raw`(:\/\/)${userInfo}{20,512}@`, 'g'), replacement: '$1***@' },
  // password=…, PGPASSWORD=…, "token": "…", and `password: …` as a whole line.
  ...pairs(String.raw`${secretName}["']?\s{0,3}=\s{0,3}`, [doubleQuoted, singleQuoted, bare]),
  ...pairs(String.raw`${secretName}["']\s{0,3}:\s{0,3}`, [doubleQuoted, singleQuoted, bare]),
  {
    pattern: new RegExp(String.raw`^([\s-]{0,64}[\w.-]{0,64}${secretName}:[ \t]{1,8})\S{1,4096}(?=[ \t]{0,8}$)`, 'gim'),
    replacement: '$1***',
  },
  // Values of query strings.
  { pattern: /([?&][\w.~%[\]+-]{1,128}=)(?!\*\*\*(?:[\s:;,)]|$))[^\s&#"'<>]+/g, replacement: '$1***' },
  // Tokens that carry their own mark: GitHub, GitLab, Slack, age, JSON web tokens, Slack webhooks.
  {
    pattern: /gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|AGE-SECRET-KEY-1[A-Z0-9]{10,}/g,
    replacement: redacted,
  },
  { pattern: /(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){2,4}/g, replacement: redacted },
  { pattern: /(hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]+/g, replacement: '$1***' },
]

/** One cheap look: most texts hold nothing that any rule could begin with. */
const worthALook =
  /[=?]|:\/\/|["']\s{0,3}:|(?:pass|pwd|secret|token|key|session|credential|auth)[\w-]{0,24}["']?:|authorization|cookie|x-a|Bearer|Token|Basic|gh[pousr]_|github_pat_|glpat-|xox|AGE-|eyJ|hooks\.slack/i

const keyBegin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/
const keyEnd = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/

/** Private keys in PEM form; one without an end (a cut text) goes up to the end of the text. */
const withoutPrivateKeys = (text: string): string => {
  let rest = text
  let kept = ''
  for (let begin = keyBegin.exec(rest); begin !== null; begin = keyBegin.exec(rest)) {
    kept += rest.slice(0, begin.index) + redacted
    const inside = rest.slice(begin.index + begin[0].length)
    const end = keyEnd.exec(inside)
    rest = end === null ? '' : inside.slice(end.index + end[0].length)
  }
  return kept + rest
}

/** Whether a private key begins in this text and does not end in it: then the following lines belong to it. */
export const leavesKeyOpen = (text: string): boolean =>
  text.lastIndexOf('-----BEGIN ') > text.lastIndexOf('-----END ') && keyBegin.test(text)
export const endsKey = (text: string): boolean => keyEnd.test(text)

/** Replaces everything that looks like a secret. */
export const redactPatterns = (text: string): string => {
  const open = text.includes('-----BEGIN ') ? withoutPrivateKeys(text) : text
  if (!worthALook.test(open)) return open
  return rules.reduce((so, { pattern, replacement }) => so.replace(pattern, replacement), open)
}

/** A key of structured data whose value is a secret whatever it looks like. */
const secretKey = new RegExp(String.raw`(?:^|[_-])${secretName}$|^${headerName}$`, 'i')
export const isSecretKey = (key: string): boolean => secretKey.test(key)
