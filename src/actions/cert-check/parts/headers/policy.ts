import { type Finding, finding } from '../../../../contract/finding.ts'
import { plainLine } from '../../../../core/text/plain.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { HttpSeen } from '../../../../probes/http.ts'
import type { CertTarget } from '../endpoints/target.ts'
import type { SeenHeaders } from './look.ts'

type Answer = Extract<HttpSeen, { kind: 'answer' }>
type Headers = Answer['headers']
type Given = Pick<Finding, 'id' | 'status' | 'title' | 'observed' | 'expected'> & Partial<Finding>

const maxShown = 200
/** Half a year: what browsers and auditors take for meant. */
const leastHstsSeconds = 15_768_000

const make = ({ subject }: CertTarget, given: Given): Finding =>
  finding({ audience: 'security', ...given, check: 'headers', subject, title: `${subject}: ${given.title}` })

const showCommand = ({ serverName, endpoint }: CertTarget, scheme: 'https' | 'http'): string => {
  const port = scheme === 'https' && endpoint.port !== 443 ? `:${endpoint.port}` : ''
  const fits = shellCommand([{ kind: 'host', name: serverName }]) !== undefined && !serverName.includes(':')
  return fits ? `; run: curl -sI ${scheme}://${serverName}${port}/` : ''
}

const said = (headers: Headers, name: string): string => plainLine(headers.get(name) ?? '', maxShown)

/** A header that is good or not: what it says, what it should, what to write into nginx. */
type Rule = {
  readonly id: Finding['id']
  readonly header: string
  readonly good: (headers: Headers) => boolean
  readonly expected: string
  readonly line: string
}

const hstsSeconds = (headers: Headers): number =>
  Number(/(?:^|;)\s*max-age="?(\d{1,12})"?/i.exec(headers.get('strict-transport-security') ?? '')?.[1] ?? 0)

const hsts: Rule = {
  id: 'headers.hsts',
  header: 'strict-transport-security',
  good: (headers) => hstsSeconds(headers) >= leastHstsSeconds,
  expected: `max-age of at least ${leastHstsSeconds} s (half a year)`,
  line: 'add_header Strict-Transport-Security "max-age=31536000" always;',
}

const ofPages: readonly Rule[] = [
  {
    id: 'headers.content-type-options',
    header: 'x-content-type-options',
    good: (headers) => /^\s*nosniff\b/i.test(headers.get('x-content-type-options') ?? ''),
    expected: 'nosniff',
    line: 'add_header X-Content-Type-Options nosniff always;',
  },
  {
    id: 'headers.frame-options',
    header: 'x-frame-options',
    good: (headers) =>
      /^\s*(deny|sameorigin)\b/i.test(headers.get('x-frame-options') ?? '') ||
      /(?:^|[;,])\s*frame-ancestors\s/i.test(headers.get('content-security-policy') ?? ''),
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
    good: (headers) => !/^\s*$|unsafe-url/i.test(headers.get('referrer-policy') ?? ''),
    expected: 'a policy other than unsafe-url',
    line: 'add_header Referrer-Policy strict-origin-when-cross-origin always;',
  },
]

const judgeRule = ({ id, header, good, expected, line }: Rule, target: CertTarget, headers: Headers): Finding => {
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

const plainRedirect = (target: CertTarget, plain: Answer): Finding => {
  const location = said(plain.headers, 'location')
  const secure = plain.status >= 300 && plain.status < 400 && /^https:\/\//i.test(location)
  return make(target, {
    id: 'headers.redirect',
    status: secure ? 'ok' : 'warning',
    title: secure ? 'HTTP redirects to HTTPS' : 'HTTP does not redirect to HTTPS',
    observed: location === '' ? `status ${plain.status}` : `status ${plain.status} to ${location}`,
    expected: 'a redirect to https://',
    advice: secure
      ? ''
      : `write into the server of port 80 of nginx: \`return 301 https://$host$request_uri;\`${showCommand(target, 'http')}`,
  })
}

/** Port 80: a redirect, or nobody at all. */
const judgePlain = (target: CertTarget, plain: SeenHeaders['plain']): readonly Finding[] => {
  if (plain === undefined || plain.kind === 'unseen') return []
  if (plain.kind === 'answer') return [plainRedirect(target, plain)]
  return [
    make(target, {
      id: 'headers.redirect',
      status: 'ok',
      title: 'nothing is served over HTTP',
      observed: `port 80: ${plain.fault.kind}`,
      expected: 'a redirect to https://, or no answer',
    }),
  ]
}

const notAnswered = (target: CertTarget, https: Exclude<SeenHeaders['https'], Answer>): Finding => {
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
export const judgeHeaders = (target: CertTarget, { https, plain }: SeenHeaders): readonly Finding[] => {
  const way = judgePlain(target, plain)
  if (https.kind !== 'answer') return [notAnswered(target, https), ...way]
  // A redirect shows no page: of its headers only HSTS counts.
  const rules = https.status >= 300 && https.status < 400 ? [hsts] : [hsts, ...ofPages]
  const answered = make(target, {
    id: 'headers.reachable',
    status: 'ok',
    title: 'its headers were seen',
    observed: `status ${https.status}`,
    expected: 'an answer to GET /',
  })
  return [answered, ...rules.map((rule) => judgeRule(rule, target, https.headers)), ...way]
}
