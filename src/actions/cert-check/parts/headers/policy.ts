import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { plainLine } from '../../../../core/text/plain.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { HttpSeen } from '../../../../probes/http.ts'
import type { CertTarget } from '../endpoints/target.ts'
import { hstsSeconds, isFramingLimited, isNosniff, referrerPolicy } from './grammar.ts'
import type { SeenHeaders } from './look.ts'

type Answer = Extract<HttpSeen, { kind: 'answer' }>
type Headers = Answer['headers']
/** What the headers of a start page are judged by. */
export const headerIds = [
  'headers.reachable',
  'headers.redirect',
  'headers.hsts',
  'headers.content-type-options',
  'headers.frame-options',
  'headers.content-security-policy',
  'headers.referrer-policy',
  'cert.unfinished',
] as const
export type HeaderId = (typeof headerIds)[number]
type HeaderFinding = JudgedFinding<HeaderId>

type Given = Pick<HeaderFinding, 'id' | 'status' | 'title' | 'observed' | 'expected'> & Partial<Omit<JudgedFinding, 'id'>>

const maxShown = 200
/** Half a year: what browsers and auditors take for meant. */
const leastHstsSeconds = 15_768_000

const make = ({ subject }: CertTarget, given: Given): HeaderFinding =>
  finding({ audience: 'security', ...given, subject, title: `${subject}: ${given.title}` })

const showCommand = ({ serverName, endpoint }: CertTarget, scheme: 'https' | 'http'): string => {
  const port = scheme === 'https' && endpoint.port !== 443 ? `:${endpoint.port}` : ''
  const fits = shellCommand([{ kind: 'host', name: serverName }]) !== undefined && !serverName.includes(':')
  return fits ? `; run: curl -sI ${scheme}://${serverName}${port}/` : ''
}

const said = (headers: Headers, name: string): string => plainLine(headers.get(name) ?? '', maxShown)

/** A header that is good or not: what it says, what it should, what to write into nginx. */
type Rule = {
  readonly id: HeaderId
  readonly header: string
  readonly good: (headers: Headers) => boolean
  readonly expected: string
  readonly line: string
}

const hsts: Rule = {
  id: 'headers.hsts',
  header: 'strict-transport-security',
  good: (headers) => hstsSeconds(headers.get('strict-transport-security') ?? '') >= leastHstsSeconds,
  expected: `max-age of at least ${leastHstsSeconds} s (half a year)`,
  line: 'add_header Strict-Transport-Security "max-age=31536000" always;',
}

const ofPages: readonly Rule[] = [
  {
    id: 'headers.content-type-options',
    header: 'x-content-type-options',
    good: (headers) => isNosniff(headers.get('x-content-type-options') ?? ''),
    expected: 'nosniff',
    line: 'add_header X-Content-Type-Options nosniff always;',
  },
  {
    id: 'headers.frame-options',
    header: 'x-frame-options',
    good: (headers) => isFramingLimited(headers.get('x-frame-options') ?? '', headers.get('content-security-policy') ?? ''),
    expected: 'DENY or SAMEORIGIN, or frame-ancestors in Content-Security-Policy',
    line: 'add_header X-Frame-Options SAMEORIGIN always;',
  },
  {
    id: 'headers.content-security-policy',
    header: 'content-security-policy',
    good: (headers) => (headers.get('content-security-policy') ?? '').trim() !== '',
    expected: 'a policy',
    line: `add_header Content-Security-Policy "default-src 'self'" always;`,
  },
  {
    id: 'headers.referrer-policy',
    header: 'referrer-policy',
    good: (headers) => (referrerPolicy(headers.get('referrer-policy') ?? '') ?? 'unsafe-url') !== 'unsafe-url',
    expected: 'a policy other than unsafe-url',
    line: 'add_header Referrer-Policy strict-origin-when-cross-origin always;',
  },
]

const judgeRule = ({ id, header, good, expected, line }: Rule, target: CertTarget, headers: Headers): HeaderFinding => {
  const value = said(headers, header)
  const fine = good(headers)
  return make(target, {
    id,
    status: fine ? 'ok' : 'warning',
    title: fine ? `${header} is set` : value === '' ? `${header} is missing` : `${header} is too weak`,
    observed: value === '' ? (fine ? 'set by content-security-policy' : 'no such header') : value,
    expected,
    advice: fine ? '' : `write into the server of nginx: \`${line}\`${showCommand(target, 'https')}`,
  })
}

const redirect = (target: CertTarget, told: Omit<Given, 'id' | 'expected'>, expected = 'a redirect to https://'): HeaderFinding =>
  make(target, { id: 'headers.redirect', expected, ...told })

const isRedirect = (status: number): boolean => status >= 300 && status < 400
const isSecure = (url: string): boolean => /^https:\/\//i.test(url)

const plainRedirect = (target: CertTarget, plain: Answer, detour: readonly string[]): HeaderFinding => {
  const location = said(plain.headers, 'location')
  const way = [location, ...detour.map((one) => plainLine(one, maxShown))].filter((one) => one !== '')
  const secure = isRedirect(plain.status) && isSecure(way.at(-1) ?? '')
  const hint = way.length > 1 ? 'it goes by another HTTP address first: redirect straight to https://' : ''
  return redirect(target, {
    status: secure ? 'ok' : 'warning',
    title: secure ? 'HTTP redirects to HTTPS' : 'HTTP does not redirect to HTTPS',
    observed: way.length === 0 ? `status ${plain.status}` : `status ${plain.status} to ${way.join(', then ')}`,
    advice: secure
      ? hint
      : `write into the server of port 80 of nginx: \`return 301 https://$host$request_uri;\`${showCommand(target, 'http')}`,
  })
}

/** Port 80: a redirect, or nobody at all. */
const judgePlain = (target: CertTarget, { plain, detour = [] }: SeenHeaders): readonly HeaderFinding[] => {
  if (plain === undefined || plain.kind === 'unseen') return []
  if (plain.kind === 'answer') return [plainRedirect(target, plain, detour)]
  const told = { status: 'ok', title: 'nothing is served over HTTP', observed: `port 80: ${plain.fault.kind}` } as const
  return [redirect(target, told, 'a redirect to https://, or no answer')]
}

/** A visitor who came by HTTPS is sent on without it. */
const judgeWayDown = (target: CertTarget, https: Answer): readonly HeaderFinding[] => {
  const location = said(https.headers, 'location')
  if (!isRedirect(https.status) || !/^http:\/\//i.test(location)) return []
  return [
    redirect(target, {
      status: 'warning',
      title: 'HTTPS leads down to HTTP',
      observed: `status ${https.status} to ${location}`,
      advice: `let it redirect to https:// only${showCommand(target, 'https')}`,
    }),
  ]
}

/** A greeting of something else, or no word at all: there are no headers to look for. */
const isNoHttp = (https: SeenHeaders['https']): boolean =>
  https.kind === 'fault' &&
  (https.fault.kind === 'garbage' || (https.fault.phase === 'first-byte' && ['timeout', 'closed', 'reset'].includes(https.fault.kind)))

/** Whoever wants a certificate of its client ends the handshake so; what else may be wrong with it, tls.reachable tells. */
const wantsCertificate = (https: SeenHeaders['https']): boolean =>
  https.kind === 'fault' &&
  /ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA)$/.test(https.fault.detail)

const unchecked = (target: CertTarget, title: string): HeaderFinding =>
  make(target, {
    id: 'headers.reachable',
    status: 'ok',
    cleared: false,
    title,
    observed: 'no answer of HTTP to GET /',
    expected: 'an answer to GET /, of what speaks HTTP to everybody',
    notChecked: `its headers, for ${title}`,
  })

const notAnswered = (target: CertTarget, https: Exclude<SeenHeaders['https'], Answer>): HeaderFinding => {
  const cause = https.kind === 'unseen' ? https.cause : `no answer over HTTPS (${https.fault.kind})`
  const advice = https.kind === 'unseen' ? https.advice : `see whether it speaks HTTP at all${showCommand(target, 'https')}`
  return make(target, {
    id: 'headers.reachable',
    // Whether it is up is said by tls.reachable; here only its headers could not be seen.
    status: 'unknown',
    title: 'its headers could not be seen',
    observed: cause,
    expected: 'an answer to GET /',
    advice,
  })
}

/** What a start page said -> a finding for each header that browsers obey, and for the way from HTTP. Pure. */
export const judgeHeaders = (target: CertTarget, seen: SeenHeaders): readonly HeaderFinding[] => {
  const { https } = seen
  if (isNoHttp(https)) return [unchecked(target, 'it does not speak HTTP')]
  if (wantsCertificate(https)) return [unchecked(target, 'it lets in nobody without a certificate'), ...judgePlain(target, seen)]
  if (https.kind !== 'answer') return [notAnswered(target, https), ...judgePlain(target, seen)]
  // A redirect shows no page: of its headers only HSTS counts.
  const rules = isRedirect(https.status) ? [hsts] : [hsts, ...ofPages]
  const answered = make(target, {
    id: 'headers.reachable',
    status: 'ok',
    title: 'its headers were seen',
    observed: `status ${https.status}`,
    expected: 'an answer to GET /',
  })
  // One finding for the way, of which leading down is the worse half.
  const way = [...judgeWayDown(target, https), ...judgePlain(target, seen)].slice(0, 1)
  return [answered, ...rules.map((rule) => judgeRule(rule, target, https.headers)), ...way]
}
