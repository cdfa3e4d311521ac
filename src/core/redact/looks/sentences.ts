import { noSecret, secretWord } from '../secret-words.ts'
import { bareInJson, doubleQuoted, pairs, prose, rule, singleQuoted } from './values.ts'

const pairedNames = String.raw`\b(?:name|key|id|type)["']?\s{0,3}[:=]\s{0,3}["']?[\w.:-]{0,64}?${secretWord}["']?[\s,]{1,16}[^<>{}\n]{0,120}?["']?\bvalue["']?\s{0,3}[:=]\s{0,3}`
export const sentences: readonly RegExp[] = [
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
