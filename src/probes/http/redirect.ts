/** `same-origin`: also from http to https on the same host and the default ports. */
export type RedirectPolicy = 'same-origin' | 'any' | 'none'

export const maxRedirects = 10

/** The parts of a request that a redirect changes. */
export type Hop = {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export type Redirect = { readonly to: Hop } | { readonly refused: string } | { readonly final: true }

/** Headers that hold no credential: all that reaches another origin. */
const harmless: ReadonlySet<string> = new Set(['accept', 'accept-language', 'user-agent'])
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const maxQueryNames = 10

const isUpgrade = (from: URL, to: URL): boolean =>
  from.protocol === 'http:' && to.protocol === 'https:' && from.hostname === to.hostname && from.port === '' && to.port === ''

/** A URL as it may be shown: no credentials, no fragment, of the query only the names. */
export const shownUrl = (url: URL): string => {
  const names = [...new Set(url.searchParams.keys())].slice(0, maxQueryNames).map((name) => `${encodeURIComponent(name)}=…`)
  return `${url.protocol}//${url.host}${url.pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`
}

/** A `Location` as it is meant: bytes of UTF-8, which the reader of headers keeps one a character; of Latin-1 where they are not. */
const decodedLocation = (location: string): string => {
  const bytes = Buffer.from(location, 'latin1')
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : location
}

/** The place that is meant, with the credentials of its own origin only; `undefined` when it is no web address. */
const targetOf = (from: URL, location: string): URL | undefined => {
  const url = URL.parse(decodedLocation(location), from.href)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  const { username, password } = url.origin === from.origin ? from : { username: '', password: '' }
  url.username = username
  url.password = password
  url.hash = ''
  return url
}

const hopTo = (hop: Hop, url: URL, status: number): Hop => {
  const sameOrigin = url.origin === hop.url.origin
  const keepsBody = status === 307 || status === 308
  const headers = Object.entries(hop.headers).filter(([name]) => {
    const key = name.toLowerCase()
    return (sameOrigin || harmless.has(key)) && (keepsBody || !key.startsWith('content-'))
  })
  const method = keepsBody || hop.method === 'HEAD' ? hop.method : 'GET'
  return { url, method, headers: Object.fromEntries(headers), body: keepsBody ? hop.body : undefined }
}

/** What an answer with this status and `Location` leads to, by this policy. Credentials do not leave the origin, nor does a body. */
export const follow = (
  hop: Hop,
  { status, location }: { readonly status: number; readonly location: string | undefined },
  policy: RedirectPolicy,
): Redirect => {
  // An empty one leads nowhere: then it is the answer, as for curl.
  if (policy === 'none' || location === undefined || location === '' || !redirects.has(status)) return { final: true }
  const url = targetOf(hop.url, location)
  if (url === undefined) return { refused: 'a place that is no web address' }
  const to = hopTo(hop, url, status)
  if (url.origin === hop.url.origin) return { to }
  if (policy === 'same-origin' && !isUpgrade(hop.url, url)) return { refused: `${shownUrl(url)}, another origin` }
  return to.body === undefined ? { to } : { refused: `${shownUrl(url)}, another origin, which would get the body` }
}
