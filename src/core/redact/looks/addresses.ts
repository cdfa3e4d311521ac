import { rule, userInfo } from './values.ts'

export const credentialsInUrls: readonly RegExp[] = [
  // scheme://user:password@host; the password may hold `/`, `@` and more, but a port is none.
  rule(String.raw`:\/\/${userInfo}{0,256}:(?<v>(?!\d{1,5}(?:[/?#\s]|$))(?:(?!:\/\/)[^\s"'<>]){1,512})@`, ''),
  // The same, cut before its `@`.
  rule(String.raw`:\/\/${userInfo}{0,256}:(?<v>(?!\d{1,5}…)[^\s/?#@"'<>…]{1,512})…`, ''),
  rule(String.raw`:\/\/(?<v>${userInfo}{20,512})@`, ''),
  rule(String.raw`:\/\/(?<v>[0-9a-f]{32}):[0-9a-f]{32}@`, ''),
  // As drivers for Go, Java and psql write them.
  rule(String.raw`(?<![^\s"'=(])[\w.-]{1,64}:(?<v>[^\s"'@]{1,256})@(?:tcp|unix|udp)\d?\(`),
  rule(String.raw`thin:[\w.-]{1,64}\/(?<v>[^\s"'@]{1,256})@`),
]

/** Values of query strings, but for a protocol before TLS, which Ronde's own examples have. */
export const queryValue = rule(
  String.raw`[?&](?!starttls=(?:smtp|imap|pop3|ftp|ldap|postgres|mysql)(?![\w-]))[\w.~%[\]+-]{1,128}=(?<v>(?!\*\*\*(?:[\s:;,)]|$))[^\s&#"'<>]+)`,
)
/** A line of .pgpass. */
export const pgpass = rule(String.raw`^(?:[\w.-]{1,253}|\*):(?:\d{2,5}|\*):[\w*.-]{1,64}:[\w*.-]{1,64}:(?<v>[^\s:]\S{0,512})$`, 'm')
