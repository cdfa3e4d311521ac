import { secretWord } from '../secret-words.ts'
import { rule } from './values.ts'

/** SQL and code whose values stand apart from their names, and data of rows as PostgreSQL tells them. */
export const statements: readonly RegExp[] = [
  // INSERT INTO auth_user (name, password) VALUES (…)
  rule(
    String.raw`\binsert\s{1,3}into\s[^()\n]{1,200}\([^()]{0,400}?${secretWord}["\x60\]]?\s{0,3}[,)][^\n]{0,400}?\bvalues\s{0,3}(?<v>\([^\n]+)`,
  ),
  // Key (email, api_key)=(…) already exists.
  rule(String.raw`\bKey \([^()\n]{0,200}?${secretWord}[^()\n]{0,200}\)=\((?<v>[^\n]*?)\)(?=\s|$)`),
]

/** The same without a name. */
export const rows: readonly RegExp[] = [
  rule(String.raw`\bFailing row contains (?<v>\([^\n]*)`),
  rule(String.raw`\bparameters: (?<v>\$1 = [^\n]+)`),
  // new PDO('pgsql:…', 'quiz', '…')
  rule(
    String.raw`(?:PDO(?:->__construct)?|mysqli?(?:_p?connect|->__construct|->real_connect|)|ftp_login|ldap_bind|imap_open|ssh2_auth_password)\([^,\n]{0,200},[^,\n]{0,200},\s{0,3}(?:"(?<v>[^"\n]+)|'(?<w>[^'\n]+))`,
  ),
  // Private parts of a JSON Web Key.
  rule(String.raw`"(?:d|p|q|dp|dq|qi|k)"\s{0,3}:\s{0,3}"(?<v>[\w+/=-]{20,})`, ''),
  // Links that let in whoever has them.
  rule(
    String.raw`\/(?:(?:password[_-]?)?reset(?:[_-]?password)?|magic(?:[_-]?link)?|confirm(?:[_-]?email)?|verify(?:[_-]?email)?|activat(?:e|ion)|invit(?:e|ation)s?)\/(?:[\w-]{1,16}\/)?(?=[\w.~-]{0,256}\d)(?<v>[\w.~-]{16,})`,
  ),
]
