/** What headers mean to browsers, by the grammar of each. Pure. */

/** What stands between separators, but not inside of quotes. */
const splitOutside = (text: string, separator: ',' | ';'): readonly string[] => {
  const parts = ['']
  let inQuotes = false
  for (const char of text) {
    if (char === '"') inQuotes = !inQuotes
    if (char === separator && !inQuotes) parts.push('')
    else parts.push(`${parts.pop() ?? ''}${char}`)
  }
  return parts.map((one) => one.trim())
}

type Directive = { readonly name: string; readonly value: string }

/** `name`, `name = token` or `name="text"`; undefined for what is none. */
const directiveOf = (text: string): Directive | undefined => {
  const equals = text.indexOf('=')
  const name = (equals === -1 ? text : text.slice(0, equals)).trim().toLowerCase()
  const written = equals === -1 ? '' : text.slice(equals + 1).trim()
  const isValue = /^(?:[^\s"]*|"[^"]*")$/.test(written)
  return /^[\w-]+$/.test(name) && isValue ? { name, value: written.replaceAll('"', '') } : undefined
}

/** Seconds of the first Strict-Transport-Security (RFC 6797, 6.1 and 8.1): each directive once, digits only; 0 for one that browsers pass over. */
export const hstsSeconds = (header: string): number => {
  const [first = ''] = splitOutside(header, ',')
  const read = splitOutside(first, ';')
    .filter((one) => one !== '')
    .map(directiveOf)
  const known = read.filter((one) => one !== undefined)
  const isOnce = new Set(known.map((one) => one.name)).size === read.length
  const digits = known.find((one) => one.name === 'max-age')?.value ?? ''
  return isOnce && /^\d{1,15}$/.test(digits) ? Number(digits) : 0
}

const listed = (header: string): readonly string[] => header.split(',').map((one) => one.trim().toLowerCase())

/** X-Content-Type-Options: the first value counts. */
export const isNosniff = (header: string): boolean => listed(header)[0] === 'nosniff'

/** X-Frame-Options: of several different values browsers take none, and show nothing. */
const framesRefused = (header: string): boolean => listed(header).some((one) => one === 'deny' || one === 'sameorigin')

/** Sources that stand for everybody. */
const anybody = /^(?:\*|https?:(?:\/\/\*)?)(?::\*)?$/

/** The sources of each `frame-ancestors`; of one policy the first counts. */
const ancestors = (header: string): readonly (readonly string[])[] =>
  header.split(',').flatMap((policy) => {
    const found = policy
      .split(';')
      .map((directive) => directive.trim().toLowerCase().split(/\s+/))
      .find(([name]) => name === 'frame-ancestors')
    return found === undefined ? [] : [found.slice(1)]
  })

/** Whether other sites may show the page inside theirs; where a policy names ancestors, browsers read nothing else. */
export const isFramingLimited = (frameOptions: string, policy: string): boolean => {
  const named = ancestors(policy)
  return named.length > 0 ? named.some((sources) => !sources.some((one) => anybody.test(one))) : framesRefused(frameOptions)
}

const referrerPolicies: ReadonlySet<string> = new Set([
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
])

/** The last word of the list that is known; undefined when none is. */
export const referrerPolicy = (header: string): string | undefined => listed(header).findLast((one) => referrerPolicies.has(one))
