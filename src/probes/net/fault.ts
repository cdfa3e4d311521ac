import type { Instant, Seen } from '../../contract/seen.ts'

/** How far a connection had come. */
export type Phase = 'dns' | 'connect' | 'tls' | 'first-byte' | 'body'

/** What the subject did wrong: seen, therefore a matter for a verdict. */
export type FaultKind =
  | 'unresolved'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'closed'
  | 'timeout'
  /** The run's deadline came while it was waited for. */
  | 'cancelled'
  | 'tls'
  | 'certificate'
  | 'garbage'
  /** Its header is longer than what is read. */
  | 'oversize'
  | 'cut'
  | 'redirect-loop'
  | 'redirect-origin'

/** `detail`: the code of Node or OpenSSL, or what was met; untrusted. */
export type Fault = { readonly kind: FaultKind; readonly phase: Phase; readonly detail: string }

/** Could not look. `lasting`: a second try cannot change it. */
export type Unseen = Extract<Seen<never>, { readonly seen: false }> & { readonly lasting: boolean }

/** A `Seen` whose "could not look" says whether it lasts. */
export type Probed<T> = Extract<Seen<T>, { readonly seen: true }> | Unseen
export const probed = <T>(value: T, at: Instant): Probed<T> => ({ seen: true, value, at })

/** What ends an attempt early: the subject's fault, or ours. */
export type Failure = { readonly fault: Fault } | { readonly unseen: Unseen }

export const failed = (kind: FaultKind, phase: Phase, detail: string): Failure => ({ fault: { kind, phase, detail } })
export const notSeen = (cause: string, advice: string, lasting = false): { readonly unseen: Unseen } => ({
  unseen: { seen: false, cause, advice, lasting },
})

const kinds: Readonly<Record<string, FaultKind>> = {
  ENOTFOUND: 'unresolved',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls',
}

/** For whoever must find out why names are not resolved. */
export const dnsAdvice = 'look at the name servers: cat /etc/resolv.conf'

const freeDescriptors = 'raise the limit of open files of the runner (ulimit -n)'
const ownRoute = 'look at the network of this machine: ip route'
/** Failures on our side of the connection. */
const ours: Readonly<Record<string, readonly [cause: string, advice: string]>> = {
  ENETUNREACH: ['this machine has no route to that network', ownRoute],
  ENETDOWN: ['the network of this machine is down', ownRoute],
  EADDRNOTAVAIL: ['this machine has no free address to connect from', 'look at its addresses and open connections: ss -s'],
  EAFNOSUPPORT: ['this machine does not speak that address family', 'enable IPv6, or name an IPv4 address'],
  EACCES: ['this machine may not connect there', 'look at the outgoing rules of its firewall'],
  EPERM: ['this machine may not connect there', 'look at the outgoing rules of its firewall'],
  EMFILE: ['this process has no free file descriptor', freeDescriptors],
  ENFILE: ['this machine has no free file descriptor', freeDescriptors],
}

/** OpenSSL's and Node's codes for a certificate that was presented and is not accepted. */
const certificateCode =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH)/

export const codeOf = (error: unknown): string => (Error.isError(error) && 'code' in error ? String(error.code) : 'no code')

/** Node has no code for some complaints of OpenSSL about a certificate, only its words; they are none of the server's. */
export const tlsCodeOf = (error: unknown): string => {
  const code = codeOf(error)
  if (code !== 'UNSPECIFIED' || !Error.isError(error)) return code
  return `CERT_${error.message
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .slice(0, 60)}`
}

/** The codes of an error that may stand for several tries, one for each address. */
export const codesOf = (error: unknown): readonly string[] =>
  Error.isError(error) && 'errors' in error && Array.isArray(error.errors) ? error.errors.map(codeOf) : [codeOf(error)]

/** One error code of Node or OpenSSL -> whose failure it is. */
export const failureOf = (code: string, phase: Phase): Failure => {
  if (phase === 'tls' && certificateCode.test(code)) return failed('certificate', phase, code)
  const kind = kinds[code] ?? (code.startsWith('ERR_SSL') || phase === 'tls' ? 'tls' : undefined)
  if (kind !== undefined) return failed(kind, phase, code)
  const [cause, advice] = ours[code] ?? [`the connection failed with ${code}`, 'run it again; report it when it stays']
  return notSeen(cause, advice)
}

/** Several addresses were tried: what one of them answered says more than what we could not reach. */
export const failureOfConnect = (codes: readonly string[]): Failure => {
  const failures = codes.map((code) => failureOf(code, 'connect'))
  return failures.find((one) => 'fault' in one) ?? failures[0] ?? failureOf('no code', 'connect')
}

const missing = new Set(['ENOTFOUND', 'ENODATA', 'ENONAME'])

const lookupWords: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no name server answered in time',
  ECONNREFUSED: 'nothing listens where the name servers should be',
}

/** The codes of Node's resolvers for one name: it does not exist, or nobody could say. */
export const failureOfLookup = (codes: readonly string[]): Failure => {
  const code = codes.find((one) => !missing.has(one))
  if (code === undefined) return failed('unresolved', 'dns', 'ENOTFOUND')
  const why = lookupWords[code] ?? `the name servers answered with ${code}`
  return notSeen(`the name could not be looked up: ${why}`, dnsAdvice)
}
