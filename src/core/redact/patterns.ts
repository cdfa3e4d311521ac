import { characterClass, hasRun } from './notation/runs.ts'
import type { Span } from './notation/view.ts'
import { keySpans } from './private-keys.ts'
import { headerName, noSecret, secretStem, secretWord } from './secret-words.ts'
import { tokenMarks, webhookAddresses } from './token-marks.ts'

/** What a secret becomes. */
export const redacted = '***'

/**
 * Secrets that nobody told us, by their looks: the group `v` of each expression. All are linear: each starts at a literal or a bounded
 * run, and what follows is bounded or consumed greedily with nothing required behind it.
 */
const rule = (source: string, flags = 'i'): RegExp => new RegExp(source, `dg${flags}`)

/** Values: quoted (perhaps cut off; the quotes stay, so that JSON stays JSON), or up to white space or a quote that ends it. */
const doubleQuoted = String.raw`"(?!${noSecret}")(?<v>(?:[^"\\\n]|\\.)*)`
const singleQuoted = String.raw`'(?!${noSecret}')(?<v>(?:[^'\\\n]|\\.|'')*)`
const backQuoted = String.raw`\x60(?<v>[^\x60\n]*)`
const bare = String.raw`(?!\\{0,8}["'\x60]|${noSecret})(?<v>(?:[^\s"'\x60]|["'\x60](?![,}\])\s;:.]|$))+)`
const bareInJson = String.raw`(?!${noSecret})(?<v>-?\d[\d.eE+-]{0,64}|(?!\\{0,8}["'\x60]|[{[\d\s-])[^\s"'\x60,}\]]+)`
const restOfLine = String.raw`(?!["'])(?<v>[^\r\n]+)`

/** One rule for each kind of value that may follow. */
const pairs = (name: string, values: readonly string[]): readonly RegExp[] => values.map((value) => rule(`${name}${value}`))

const userInfo = String.raw`[^\s/?#@:"'<>[\]]`
const quotes = String.raw`\\{0,8}["'\x60]`

const credentialsInUrls: readonly RegExp[] = [
  // scheme://user:password@host; the password may hold `/`, `@` and more, but a port is none.
  rule(String.raw`:\/\/${userInfo}{0,256}:(?<v>(?!\d{1,5}(?:[/?#\s]|$))(?:(?!:\/\/)[^\s"'<>]){1,512})@`, ''),
  // The same, cut before its `@`.
  rule(String.raw`:\/\/${userInfo}{0,256}:(?<v>(?!\d{1,5}…)[^\s/?#@"'<>…]{1,512})…`, ''),
  rule(String.raw`:\/\/(?<v>${userInfo}{20,512})@`, ''),
  // As drivers for Go, Java and psql write them.
  rule(String.raw`(?<![^\s"'=(])[\w.-]{1,64}:(?<v>[^\s"'@]{1,256})@(?:tcp|unix|udp)\d?\(`),
  rule(String.raw`thin:[\w.-]{1,64}\/(?<v>[^\s"'@]{1,256})@`),
]

/** Values of query strings. */
const queryValue = rule(String.raw`[?&][\w.~%[\]+-]{1,128}=(?<v>(?!\*\*\*(?:[\s:;,)]|$))[^\s&#"'<>]+)`)
/** A line of .pgpass. */
const pgpass = rule(String.raw`^(?:[\w.-]{1,253}|\*):(?:\d{2,5}|\*):[\w*.-]{1,64}:[\w*.-]{1,64}:(?<v>[^\s:]\S{0,512})$`, 'm')

const headers: readonly RegExp[] = [
  // Authorization, Cookie and Set-Cookie: the rest of the line, or the JSON string.
  ...pairs(String.raw`${headerName}["']?\s{0,3}[:=]\s{0,3}`, [doubleQuoted, singleQuoted, restOfLine]),
  rule(
    String.raw`\bBearer\s{1,3}(?<v>(?!(?:auth\w*|tokens?|scheme|required|realm|error|credentials?|challenge|was|is|not)\b)[\w.~+/=-]{8,})`,
    '',
  ),
  rule(String.raw`\b(?:Token|Basic|Digest|ApiKey|GenieKey)\s{1,3}(?=[\w.~+/-]{0,128}[0-9=])(?<v>[\w.~+/=-]{8,})`, ''),
]

const assignments: readonly RegExp[] = [
  // password=…, PGPASSWORD=…, env['DB_PASS'] = …, $secret := …
  ...pairs(String.raw`${secretWord}(?:${quotes})?[\])]?\s{0,3}(?:={1,3}>?|:=|\?=|\+=)\s{0,3}(?:[bruf]{1,2}(?=["']))?`, [
    doubleQuoted,
    singleQuoted,
    backQuoted,
    bare,
  ]),
  // "token": "…", 'password' => '…', define('DB_PASSWORD', '…')
  ...pairs(String.raw`${secretWord}${quotes}\s{0,3}:\s{0,3}\[?\s{0,3}`, [doubleQuoted, singleQuoted, bareInJson]),
  ...pairs(String.raw`${secretWord}["']\s{0,3},\s{0,3}`, [doubleQuoted, singleQuoted]),
  // password: "…"
  ...pairs(String.raw`${secretWord}:[ \t]{0,8}`, [doubleQuoted, singleQuoted]),
  // `password: …` as a whole line, a comment behind it or not; as a part of a flow; with more before the word (`db_pass: …`); or with a figure in it.
  rule(
    String.raw`(?:^|[|>] )[\s-]{0,64}[\w.-]{0,64}${secretWord}:[ \t]{1,8}(?!["']|${noSecret})(?<v>\S{1,4096})(?=[ \t]{0,8}(?:#.*)?$)`,
    'im',
  ),
  rule(String.raw`(?<=(?:^|[{,;([])[ \t]{0,8})${secretWord}:[ \t]{0,8}(?!["']|${noSecret})(?<v>[^\s,;{}[\]()]+)(?=[ \t]{0,8}[,;}\])])`),
  rule(String.raw`(?<=[A-Za-z0-9][_.-])${secretWord}:[ \t]{0,8}(?!["'[{|>]|${noSecret})(?<v>\S{3,4096})`),
  rule(String.raw`${secretWord}:[ \t]{0,8}(?!["']|${noSecret})(?=[^\s,;]{0,256}\d)(?<v>[^\s,;]{4,4096})`),
  rule(String.raw`\{(?:[\w.]{1,64}:\S{0,128} ){0,16}[\w.]{0,64}${secretWord}:(?!["'{[&]|${noSecret})(?<v>[^\s{}]{1,512})`),
  // A block of YAML.
  rule(String.raw`${secretWord}:[ \t]{0,8}[|>][+-]?\d?[ \t]{0,8}\r?\n[ \t]{1,64}(?<v>[^\r\n]+)`),
]

const pairedNames = String.raw`\b(?:name|key|id|type)["']?\s{0,3}[:=]\s{0,3}["']?[\w.:-]{0,64}?${secretWord}["']?[\s,]{1,16}[^<>{}\n]{0,120}?["']?\bvalue["']?\s{0,3}[:=]\s{0,3}`
const prose =
  '(?:is|was|to|or|and|must|for|from|in|on|of|not|cannot|can|may|should|option|options|flag|argument|requires?|needs?|with|without|as|the|a|an|if|when|has|given|missing|expected|instead|by|via|file|stdin|prompt|are|be|will|parameter|value|input)(?![\\w-])'

const elsewhere: readonly RegExp[] = [
  // <password>…</password>, name="password" value="…", { "name": "DB_PASS", "value": "…" }
  rule(String.raw`(?<=<[\w:.-]{0,64})${secretWord}(?:\s[^<>]{0,256})?>(?:<!\[CDATA\[)?(?<v>[^<>\s][^<]{0,4096})`),
  ...pairs(pairedNames, [doubleQuoted, singleQuoted, bareInJson]),
  // ALTER ROLE … PASSWORD '…', IDENTIFIED BY '…', and a password that a message quotes.
  ...pairs(String.raw`(?:password|passwd|passphrase|identified\s{1,3}by|using\s{1,3}password)\s{1,8}(?:[ENB]|U&)?`, [
    doubleQuoted,
    singleQuoted,
    String.raw`\$(?:\w{0,16})\$(?<v>[^$]+)`,
  ]),
  // "the password is hunter22": with a figure in it, or quoted
  rule(
    String.raw`(?:password|passphrase|passcode|token|secret)\s{1,3}(?:is|was)\s{1,3}(?:["'](?<v>[^"'\n]{4,256})|(?=\S{0,64}\d)(?=\S{0,64}[a-z])(?<w>[^\s"',;]{5,}[^\s"',;.]))`,
  ),
  // --password …, -u user:…, sshpass -p …, redis-cli -a …, mysql -p…
  ...pairs(String.raw`(?<=(?:^|[^\w-])--?[\w-]{0,40})${secretWord}[ \t]{1,4}(?!-|${prose})`, [
    doubleQuoted,
    singleQuoted,
    String.raw`(?!["'\x60<[|]|${noSecret})(?<v>[^\s"'\x60]+)`,
  ]),
  rule(String.raw`\blogin\s{1,3}[^\s"']{1,128}\s{1,3}password\s{1,3}["']?(?<v>[^\s"']+)`),
]

const commands: readonly RegExp[] = [
  rule(String.raw`(?<![\w-])(?:-u|--user|--proxy-user)[ =]{1,2}["']?[^\s:"'/]{1,128}:(?!\d{1,7}(?![^\s"']))(?<v>[^\s"']{1,512})`, ''),
  rule(String.raw`\bENV\s{1,3}[\w.-]{0,64}?(?:${secretWord})[ \t]{1,3}(?!${prose})["']?(?<v>[^\s"'=]+)`),
  rule(String.raw`\bdocker\s{1,3}login\b[^\n]{0,200}?\s-p\s{1,3}["']?(?<v>[^\s"']+)`),
  rule(String.raw`\bsshpass\s{1,3}-p\s{0,3}["']?(?<v>[^\s"']+)|\bredis-cli\b[^\n]{0,200}?\s-a\s{1,3}["']?(?<w>[^\s"']+)`),
  rule(String.raw`\bmysql(?:dump|admin)?\b[^\n]{0,200}?\s-p(?<v>[^\s"'=][^\s"']*)`, ''),
]

/** Each kind with what it cannot be without: most texts hold none of it. */
const groups: readonly { readonly worth: RegExp; readonly needsStem: boolean; readonly rules: readonly RegExp[] }[] = [
  { worth: /@|…/, needsStem: false, rules: credentialsInUrls },
  { worth: /[?&][^\s=]{1,128}=/, needsStem: false, rules: [queryValue] },
  { worth: /^(?:[^\s:]{1,253}|\*):(?:\d{2,5}|\*):[^\s:]+:/m, needsStem: false, rules: [pgpass] },
  { worth: /authorization|cookie|x-a|\b(?:Bearer|Token|Basic|Digest|ApiKey|GenieKey)\s/i, needsStem: true, rules: headers },
  { worth: /[\w"'\x60\])]\s{0,3}(?:[:=?+]|,\s{0,3}["'])/, needsStem: true, rules: assignments },
  { worth: /["'\s>]/, needsStem: true, rules: elsewhere },
  { worth: /\s-[uap]|--(?:proxy-)?user|ENV\s/, needsStem: false, rules: commands },
  {
    worth: /hook|azure|powerp|powera|googleapis|hc-ping|pagerduty|heartbeat|telegram|feishu|larksuite|cronitor|ifttt|statuscake/i,
    needsStem: false,
    rules: webhookAddresses,
  },
]

const ofTokens = characterClass(/[\w.$~+/=:-]/)
const shortestToken = 15
const cutMark = /…|\.\.\./

const addSpans = (pattern: RegExp, text: string, spans: Span[]): void => {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [from, to] = match.indices?.groups?.['v'] ?? match.indices?.groups?.['w'] ?? [0, 0]
    if (to > from) spans.push({ from, to })
    if (match[0] === '') pattern.lastIndex += 1
  }
}

/** `queries`: any value of a query string, whatever its name. */
type Looks = { readonly queries: boolean }

const spansIn = (text: string, { queries }: Looks): readonly Span[] => {
  const spans: Span[] = []
  const hasStem = secretStem.test(text)
  for (const { worth, needsStem, rules } of groups)
    if ((!needsStem || hasStem) && (queries || rules[0] !== queryValue) && worth.test(text))
      for (const one of rules) addSpans(one, text, spans)
  if (hasRun(text, ofTokens, shortestToken) || cutMark.test(text)) addSpans(tokenMarks, text, spans)
  return spans
}

/** A longer text is looked at in parts that overlap: an expression that repeats a group runs out of stack in it. */
const mostAtOnce = 200_000
const overlap = 10_000
const valueEnd = /[\s"'<>]/g

/** A value that goes on behind the part in which it begins ends at the next white space or quote. */
const wholeValue = (text: string, { from, to }: Span, partEnd: number): Span => {
  if (to < partEnd || partEnd === text.length) return { from, to }
  valueEnd.lastIndex = to
  return { from, to: valueEnd.exec(text)?.index ?? text.length }
}

/** Everything in a text that looks like a secret. */
export const patternSpans = (text: string, looks: Looks = { queries: true }): readonly Span[] => {
  const spans: Span[] = [...keySpans(text)]
  for (let begin = 0; begin === 0 || begin + overlap < text.length; begin += mostAtOnce - overlap) {
    const part = text.slice(begin, begin + mostAtOnce)
    const end = begin + part.length
    for (const { from, to } of spansIn(part, looks)) spans.push(wholeValue(text, { from: begin + from, to: begin + to }, end))
  }
  return spans
}
