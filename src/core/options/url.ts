import type { z } from 'zod'
import { type ParsedText, parsedText } from './parsed-text.ts'
import { withSecrecy } from './secret.ts'
import { shown } from './shown.ts'

const schemeOf = /^([a-z][a-z0-9+.-]*):\/\//i

const oneOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

/** Why nobody can listen at the place of a URL; it is none that Ronde could ask. */
const leadsNowhere = (text: string, url: URL): string | undefined => {
  if (url.port === '0') return 'has the port 0, on which nothing can listen'
  return /^[a-z]+:\/\/unix:\//i.test(text) ? 'is a Unix socket, which Ronde cannot ask; write its address and port' : undefined
}

const readUrl = (text: string, schemes: readonly string[]): ParsedText<string> => {
  const scheme = schemeOf.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return { mistake: `${shown(text)} has no scheme; write ${shown(`${schemes[0]}://${text}`).slice(1, -1)}` }
  if (!schemes.includes(scheme)) return { mistake: `${shown(text)} has the scheme ${scheme}; expected ${oneOf(schemes)}` }
  const url = URL.parse(text)
  if (url === null || url.hostname === '') return { mistake: `${shown(text)} is not a URL such as ${schemes[0]}://quiz.example/` }
  const nowhere = leadsNowhere(text, url)
  if (nowhere !== undefined) return { mistake: `${shown(text)} ${nowhere}` }
  if (url.password !== '' && /@/.test(url.pathname + url.search + url.hash))
    return { mistake: `${shown(text)} can be read in more than one way; write @ as %40 in the password, and behind the host` }
  if (scheme === 'tcp' && url.port === '') return { mistake: `${shown(text)} has no port; write tcp://${url.hostname}:5432` }
  return { value: text }
}

/** Schemes are the same in capitals; a pattern of a JSON schema has no flag for that. */
const anyCase = (scheme: string): string => scheme.replaceAll(/[a-z]/g, (one) => `[${one}${one.toUpperCase()}]`)

const urlOf = (schemes: readonly string[]): z.ZodType<string, string> =>
  withSecrecy(
    parsedText({
      expected: `a URL such as ${schemes[0]}://quiz.example/`,
      pattern: new RegExp(`^(?:${schemes.map(anyCase).join('|')})://`),
      read: (text) => readUrl(text, schemes),
    }),
    'credentials',
  )

/** An `http://` or `https://` URL, kept as written. */
export const httpUrl = (): z.ZodType<string, string> => urlOf(['https', 'http'])

/** What an endpoint may be: an `https://`, `http://` or `tcp://host:port` URL, kept as written. */
export const endpointUrl = (): z.ZodType<string, string> => urlOf(['https', 'http', 'tcp'])

/** A libpq URL (as frameworks write it too: `postgresql+psycopg://`, `postgis://`) or key=value string; `${NAME}` is replaced in it, its password is masked, and it never stands in a message. */
export const databaseUrl = (): z.ZodType<string, string> =>
  withSecrecy(
    parsedText({
      expected: 'a URL such as postgresql://user@host:5432/name (not shown: it may hold a password)',
      pattern: /^(?:postgres(?:ql)?(?:\+\w+)?|postgis):\/\/\S+$|^\w+\s*=|^\$\{/,
      read: (text) =>
        /^(postgres(ql)?(\+\w+)?|postgis):\/\/\S+$|^\s*\w+\s*=/.test(text)
          ? { value: text }
          : { mistake: 'expected a URL such as postgresql://user@host:5432/name (what is there is not shown: it may hold a password)' },
      showValue: false,
    }),
    'url',
  )
