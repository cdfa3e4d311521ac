import { headerName } from '../secret-words.ts'
import { doubleQuoted, pairs, restOfLine, rule, singleQuoted } from './values.ts'

export const headers: readonly RegExp[] = [
  // Authorization, Cookie and Set-Cookie: the rest of the line, or the JSON string.
  ...pairs(String.raw`${headerName}["']?\s{0,3}[:=]\s{0,3}`, [doubleQuoted, singleQuoted, restOfLine]),
  // As nginx and clients name them: Authorization "Basic …".
  ...pairs(String.raw`${headerName}[ \t]{1,4}(?:Basic|Bearer)?`, [doubleQuoted, singleQuoted]),
  rule(
    String.raw`\bBearer\s{1,3}(?<v>(?!(?:auth\w*|tokens?|scheme|required|realm|error|credentials?|challenge|was|is|not)\b)[\w.~+/=-]{8,})`,
    '',
  ),
  rule(String.raw`\b(?:Bearer|Token|Basic|ApiKey|GenieKey|SSWS)\s{1,3}(?=[\w.~+/-]{0,128}[0-9=])(?<v>[\w.~+/=-]{8,})`, ''),
  rule(String.raw`\b(?:bearer|basic)\s{1,3}(?=[\w.~+/-]{0,128}[0-9=])(?<v>[\w.~+/=-]{12,})`),
  rule(String.raw`\bDigest\s{1,3}(?=\w{1,32}=)(?<v>[^\r\n]+)`),
]
