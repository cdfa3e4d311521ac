import { credentialsInUrls, pgpass, queryValue } from './looks/addresses.ts'
import { calls, colons, equations, quotedNames } from './looks/assignments.ts'
import { commands } from './looks/commands.ts'
import { headers } from './looks/headers.ts'
import { sentences } from './looks/sentences.ts'
import { rows, statements } from './looks/statements.ts'
import { characterClass, hasRun } from './notation/runs.ts'
import type { Span } from './notation/view.ts'
import { keySpans } from './private-keys.ts'
import { secretStem } from './secret-words.ts'
import { tokenMarks, webhookAddresses } from './token-marks.ts'

/** What a secret becomes. */
export const redacted = '***'

/** The expressions are compiled when they are first used, and the largest take milliseconds: most texts are none of theirs. */
const named = (behind: string): RegExp => new RegExp(String.raw`(?:${secretStem.source})[\wñ.-]{0,24}${behind}`, 'i')
const spoken =
  /<[\w:.-]|\t| {2}|\||\bname=|\bvalue\b|(?:pass\w{0,10}|by)\s{1,8}(?:[ENB]|U&)?["'$]|\b(?:is|was|to)\s|generated|following|unseal|recovery|secret\s{1,3}"|key\r?\n|(?<![\w-])--?[\w.-]{0,40}[a-z]|\blogin\s/i

/** Each kind with what it cannot be without: most texts hold none of it. */
const groups: readonly { readonly worth: RegExp; readonly needsStem: boolean; readonly rules: readonly RegExp[] }[] = [
  { worth: /@|…/, needsStem: false, rules: credentialsInUrls },
  { worth: /[?&][^\s=]{1,128}=/, needsStem: false, rules: [queryValue] },
  { worth: /^(?:[^\s:]{1,253}|\*):(?:\d{2,5}|\*):[^\s:]+:/m, needsStem: false, rules: [pgpass] },
  { worth: /authorization|cookie|x-a|\b(?:Bearer|Token|Basic|Digest|ApiKey|GenieKey|SSWS)\s/i, needsStem: true, rules: headers },
  { worth: named(String.raw`\\{0,8}["'\x60]?[\])]?\s{0,4}(?:[=?+→-]|:=)`), needsStem: true, rules: equations },
  { worth: named(String.raw`\\{0,8}["'\x60]\s{0,4}[:,]`), needsStem: true, rules: quotedNames },
  { worth: named(String.raw`[^\n(]{0,32}\(\s{0,3}["']`), needsStem: true, rules: calls },
  { worth: named(String.raw`[ \t]{0,4}:`), needsStem: true, rules: colons },
  { worth: spoken, needsStem: true, rules: sentences },
  { worth: /insert\s{1,3}into\s|Key \(/i, needsStem: true, rules: statements },
  {
    worth:
      /Failing row|parameters: \$1|PDO|mysqli|ftp_login|ldap_bind|imap_open|ssh2_|"\w{1,2}"\s{0,3}:|\/(?:reset|password|magic|confirm|verify|activat|invit)/i,
    needsStem: false,
    rules: rows,
  },
  {
    worth:
      /\s-[uapwPkKU]|--(?:proxy-)?user|--from-|(?:ENV|ARG|[sS]et[eE]nv|set|_param|AUTH|vault)\s|chpasswd|requirepass|masterauth|pw\s|community|\son\s[^\n]{0,200}>/,
    needsStem: false,
    rules: commands,
  },
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
