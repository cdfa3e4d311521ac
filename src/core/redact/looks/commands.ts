import { secretWord } from '../secret-words.ts'
import { prose, rule } from './values.ts'

export const commands: readonly RegExp[] = [
  rule(String.raw`(?<![\w-])(?:-u|--user|--proxy-user)[ =]{1,2}["']?[^\s:"'/]{1,128}:(?!\d{1,7}(?![^\s"']))(?<v>[^\s"']{1,512})`, ''),
  rule(String.raw`\bENV\s{1,3}[\w.-]{0,64}?(?:${secretWord})[ \t]{1,3}(?!${prose})["']?(?<v>[^\s"'=]+)`),
  rule(String.raw`\bdocker\s{1,3}login\b[^\n]{0,200}?\s-p\s{1,3}["']?(?<v>[^\s"']+)`),
  rule(String.raw`\bsshpass\s{1,3}-p\s{0,3}["']?(?<v>[^\s"']+)|\bredis-cli\b[^\n]{0,200}?\s-a\s{1,3}["']?(?<w>[^\s"']+)`),
  rule(String.raw`\bmysql(?:dump|admin)?\b[^\n]{0,200}?\s-p(?<v>[^\s"'=][^\s"']*)`, ''),
]
