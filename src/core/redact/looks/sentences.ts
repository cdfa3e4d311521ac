import { noSecret, secretWord } from '../secret-words.ts'
import { bareInJson, doubleQuoted, pairs, prose, rule, singleQuoted } from './values.ts'

const pairedNames = String.raw`\b(?:name|key|id|type)["']?\s{0,3}[:=]\s{0,3}["']?[\w.:-]{0,64}?${secretWord}["']?[\s,]{1,16}[^<>{}\n]{0,120}?["']?\bvalue["']?\s{0,3}[:=]\s{0,3}`
export const sentences: readonly RegExp[] = [
  // <password>…</password>, name="password" value="…", { "name": "DB_PASS", "value": "…" }
  rule(String.raw`(?<=<[\w:.-]{0,64})${secretWord}(?:\s[^<>]{0,256})?>(?:<!\[CDATA\[)?(?<v>[^<>\s][^<]{0,4096})`),
  rule(String.raw`\bname=["'][\w.:-]{0,64}?${secretWord}["'][^<>]{0,128}>(?<v>[^<>\s][^<]{0,4096})`),
  // A line of a table, with a figure in it.
  rule(String.raw`^[ \t]{0,8}[\w.-]{0,64}${secretWord}(?:\t{1,4}| {2,40})(?!${noSecret})(?<v>(?=\S{0,256}\d)\S{8,4096})$`, 'im'),
  rule(String.raw`${secretWord}[ \t]{0,8}\|[ \t]{1,40}(?=\S{0,256}\d)(?=[^\s|]{0,256}[a-z])(?<v>[^\s|]{6,})`),
  ...pairs(pairedNames, [doubleQuoted, singleQuoted, bareInJson]),
  // ALTER ROLE … PASSWORD '…', IDENTIFIED BY '…', and a password that a message quotes.
  ...pairs(String.raw`(?:password|passwd|passphrase|identified\s{1,3}by|using\s{1,3}password)\s{1,8}(?:[ENB]|U&)?`, [
    doubleQuoted,
    singleQuoted,
    String.raw`\$(?:\w{0,16})\$(?<v>[^$]+)`,
  ]),
  // "the password is hunter22": with a figure in it, or quoted
  rule(
    String.raw`(?:password|passphrase|passcode|token|secret)\s{1,3}(?:is|was|(?:(?:re)?set|changed)\s{1,3}to)\s{1,3}(?:["'](?<v>[^"'\n]{4,256})|(?=\S{0,64}\d)(?=\S{0,64}[a-z])(?<w>[^\s"',;]{5,}[^\s"',;.]))`,
  ),
  // set password to …; GENERATED ROOT PASSWORD: …; the following password: …, on the next line; Unseal Key 1: …
  rule(String.raw`\bset\s{1,3}(?:the\s{1,3})?(?:password|passphrase)\s{1,3}to\s{1,3}(?=\S{0,64}\d)(?=\S{0,64}[a-z])(?<v>[^\s"',;]{6,})`),
  rule(String.raw`\bgenerated\s[^\n:]{0,60}(?:password|secret|token|key):\s{1,4}(?<v>\S{6,})`),
  rule(String.raw`\bfollowing\s{1,3}(?:password|token|secret)[^\n:]{0,80}:\s{1,8}(?<v>[\w+/=-]{16,})`),
  rule(String.raw`\b(?:unseal|recovery)\s{1,3}key(?:\s{1,3}\d{1,3})?:\s{1,3}(?<v>[\w+/=]{16,})`),
  rule(
    String.raw`secret\s{1,3}"(?=[A-Za-z0-9+/]{0,128}[0-9+/=])(?<v>[A-Za-z0-9+/=]{16,})"|(?:secret|private)\s{1,3}key\r?\n(?<w>[A-Za-z0-9+/=]{40,})`,
  ),
  // --password …, -u user:…, sshpass -p …, redis-cli -a …, mysql -p…
  ...pairs(String.raw`(?<=(?:^|[^\w-])--?[\w.-]{0,40})${secretWord}[ \t]{1,4}(?!-|${prose})`, [
    doubleQuoted,
    singleQuoted,
    String.raw`(?!["'\x60<[|]|${noSecret})(?<v>[^\s"'\x60]+)`,
  ]),
  rule(String.raw`\blogin\s{1,3}[^\s"']{1,128}\s{1,3}password\s{1,3}["']?(?<v>[^\s"']+)`),
]
