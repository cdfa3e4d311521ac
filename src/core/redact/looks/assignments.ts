import { noSecret, secretWord } from '../secret-words.ts'
import { backQuoted, bare, bareInJson, doubleQuoted, pairs, quotes, rule, singleQuoted } from './values.ts'

/** Names with a sign behind them. */
export const equations: readonly RegExp[] = [
  // password=…, PGPASSWORD=…, env['DB_PASS'] = …, $secret := …
  ...pairs(
    String.raw`${secretWord}(?:${quotes})?[\])]?\s{0,3}(?:={1,3}>?|:=|\?=|\+=|(?:-{1,2}>|→)(?=\s{0,3}(?:["']|\S{0,256}\d)))\s{0,3}(?:[bruf]{1,2}(?=["']))?`,
    [doubleQuoted, singleQuoted, backQuoted, bare],
  ),
]

/** Names in quotes. */
export const quotedNames: readonly RegExp[] = [
  // "token": "…", 'password' => '…', define('DB_PASSWORD', '…')
  ...pairs(String.raw`${secretWord}${quotes}\s{0,3}:\s{0,3}\[?\s{0,3}`, [doubleQuoted, singleQuoted, bareInJson]),
  ...pairs(String.raw`${secretWord}["']\s{0,3},\s{0,32}`, [doubleQuoted, singleQuoted]),
]

/** `password: Some("…")`, `setPassword('…')` */
export const calls: readonly RegExp[] = [
  rule(String.raw`${secretWord}(?:["']?\s{0,3}[:=]\s{0,3}\w{1,20})?\(\s{0,3}(?:"(?<v>[^"\n]{3,})|'(?<w>[^'\n]{3,}))`),
]

/** Names with a colon, as in YAML and logs. */
export const colons: readonly RegExp[] = [
  // password: "…"
  ...pairs(String.raw`${secretWord}[ \t]{0,4}:[ \t]{0,8}`, [doubleQuoted, singleQuoted]),
  // `password: …` as a whole line, a comment behind it or not; as a part of a flow; with more before the word (`db_pass: …`); or with a figure in it.
  rule(
    String.raw`(?:^|[|>] )[\s-]{0,64}[\w.:-]{0,64}${secretWord}[ \t]{0,4}:[ \t]{1,8}(?!["']|${noSecret})(?<v>\S{1,4096})(?=[ \t]{0,8}(?:#.*)?$)`,
    'im',
  ),
  rule(String.raw`(?<=(?:^|[{,;([])[ \t]{0,8})${secretWord}:[ \t]{0,8}(?!["']|${noSecret})(?<v>[^\s,;{}[\]()]+)(?=[ \t]{0,8}[,;}\])])`),
  rule(String.raw`(?<=[A-Za-z0-9][_.-])${secretWord}:[ \t]{0,8}(?!["'[{|>]|${noSecret})(?<v>\S{3,4096})`),
  rule(String.raw`${secretWord}[ \t]{0,4}:[ \t]{0,8}(?!["']|${noSecret})(?=[^\s,;]{0,256}\d)(?<v>[^\s,;]{4,4096})`),
  rule(String.raw`\{(?:[\w.]{1,64}:\S{0,128} ){0,16}[\w.]{0,64}${secretWord}:(?!["'{[&]|${noSecret})(?<v>[^\s{}]{1,512})`),
  // A value under its key.
  rule(String.raw`${secretWord}:[ \t]{0,8}\r?\n[ \t]{1,64}(?=[^\s:]{0,256}\d)(?<v>[^\s:]{6,4096})[ \t]{0,8}$`, 'im'),
  // A block of YAML.
  rule(String.raw`${secretWord}:[ \t]{0,8}[|>][+-]?\d?[ \t]{0,8}\r?\n[ \t]{1,64}(?<v>[^\r\n]+)`),
]
