import { secretWord } from '../secret-words.ts'
import { prose, rule } from './values.ts'

export const commands: readonly RegExp[] = [
  rule(String.raw`(?<![\w-])(?:-u|--user|--proxy-user)[ =]{1,2}["']?[^\s:"'/]{1,128}:(?!\d{1,7}(?![^\s"']))(?<v>[^\s"']{1,512})`, ''),
  rule(
    String.raw`(?<![\w-])(?:ENV|ARG|setenv|set\s{1,3}-[a-zU]{1,4}|fastcgi_param|uwsgi_param)\s{1,3}[\w.-]{0,64}?(?:${secretWord})[ \t]{1,3}(?!${prose})["']?(?<v>[^\s"'=]+)`,
  ),
  rule(String.raw`\bdocker\s{1,3}login\b[^\n]{0,200}?\s-p\s{0,3}["']?(?<v>[^\s"']+)`),
  rule(String.raw`\bsshpass\s{1,3}-p\s{0,3}["']?(?<v>[^\s"']+)|\bredis-cli\b[^\n]{0,200}?\s-a\s{1,3}["']?(?<w>[^\s"']+)`),
  rule(String.raw`\bmysql(?:dump|admin)?\b[^\n]{0,200}?\s-p(?<v>[^\s"'=][^\s"']*)`, ''),
  // What else takes a password by a letter: databases, directories, archives, users, vaults.
  rule(String.raw`\b(?:mongo(?:sh|dump|restore|export|import|stat)?|useradd|usermod)\s[^\n]{0,200}?-p[ =]{1,3}["']?(?<v>[^\s"']+)`, ''),
  rule(
    String.raw`\bldap(?:search|add|modify|delete|passwd|whoami)\s[^\n]{0,200}?-w\s{0,3}["']?(?<v>[^\s"']+)|\b7z[arz]?\s[^\n]{0,200}?-p(?<w>[^\s"']+)`,
    '',
  ),
  rule(String.raw`\bzip\s[^\n]{0,200}?-P\s{1,3}["']?(?<v>[^\s"']+)|\bopenssl\s[^\n]{0,200}?-[kK]\s{1,3}["']?(?<w>[^\s"']+)`, ''),
  rule(
    String.raw`\bsmb\w{3,12}\s[^\n]{0,200}?-U\s{0,3}["']?[^\s%]{1,64}%(?<v>[^\s"']+)|(?<![\w.-])[\w.-]{1,64}:(?<w>[^\s"':|]{1,256})["']?\s{1,3}\|\s{0,3}(?:sudo\s{1,3})?chpasswd`,
  ),
  rule(String.raw`--from-(?:literal|string)[= ][\w.-]{1,64}=["']?(?<v>[^\s"']+)|\bvault\s{1,3}login\s{1,3}(?!-|${prose})(?<w>[^\s"']{8,})`),
  rule(String.raw`\bvault\s{1,3}(?:kv\s{1,3})?(?:write|put|patch)\s[^\n=]{1,200}=(?<v>[^\n]+)`),
  // Lines of configuration: redis, ldap, snmp; rules of users of redis.
  rule(String.raw`\b(?:requirepass|masterauth|bindpw|rootpw|r[ow]community|auth-?token)["']?\s{1,8}(?!${prose})["']?(?<v>[^\s"',;]{4,})`),
  rule(String.raw`\buser\s{1,3}\S{1,64}\s{1,3}on\s[^\n]{0,200}?>(?<v>\S+)`),
  // What mail speaks.
  rule(String.raw`\bAUTH\s{1,3}(?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5|OAUTHBEARER)\s{1,3}(?<v>[A-Za-z0-9+/=]{8,})`, ''),
]
