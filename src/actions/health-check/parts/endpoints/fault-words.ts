import { formatDuration } from '../../../../core/quantity.ts'
import type { Fault, FaultKind, Phase } from '../../../../probes/net/fault.ts'
import type { EndpointTarget } from './target.ts'

/** A fault in words. `id`: the finding that it makes critical. */
export type EndpointFaultWords = {
  readonly id: 'endpoint.reachable' | 'endpoint.certificate' | 'endpoint.redirect'
  readonly title: string
  readonly observed: string
  readonly expected: string
  readonly advice: string
}

type Wording = (fault: Fault, target: EndpointTarget) => Partial<EndpointFaultWords> & Pick<EndpointFaultWords, 'title' | 'advice'>

const waitedFor: Record<Phase, string> = {
  dns: 'its name was not found',
  connect: 'no connection',
  tls: 'the TLS handshake did not finish',
  'first-byte': 'no answer',
  body: 'the answer did not end',
}

const places: Record<Phase, string> = {
  dns: 'while its name was looked up',
  connect: 'while connecting',
  tls: 'in the TLS handshake',
  'first-byte': 'before an answer came',
  body: 'inside the answer',
}

const certificates: Readonly<Record<string, readonly [title: string, advice: string]>> = {
  CERT_HAS_EXPIRED: ['its certificate has expired', 'renew the certificate and reload the server that presents it'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'compare the clocks of this machine and of the server: timedatectl'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', 'get a certificate for this name, or name it by `server-name`'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', 'get one from an authority, or name this one by `ca`'],
}
const untrusted = [
  'its certificate comes from an authority that is not trusted',
  'serve the whole chain, or name the authority by `ca`',
] as const

const certificate: Wording = ({ detail }) => {
  const [title, advice] = certificates[detail] ?? untrusted
  return {
    id: 'endpoint.certificate',
    title,
    observed: `${title} (${detail})`,
    expected: 'a certificate that is valid for this name',
    advice,
  }
}

const running = 'see whether the service behind it runs and listens there'

const wordings: Record<FaultKind, Wording> = {
  unresolved: () => ({ title: 'its name does not exist', advice: 'look at the DNS record of that name, or correct the URL' }),
  refused: () => ({ title: 'connection refused', advice: running }),
  unreachable: () => ({ title: 'its host is not reachable', advice: 'see whether the host is up and on the network' }),
  reset: ({ phase }) => ({
    title: `connection reset ${places[phase]}`,
    advice: 'look at the log of the service and of the proxy before it',
  }),
  closed: ({ phase }) => ({
    title: `connection closed ${places[phase]}`,
    advice: 'look at the log of the service and of the proxy before it',
  }),
  timeout: ({ phase }, { timeoutMs }) => ({
    title: `${waitedFor[phase]} within ${formatDuration(timeoutMs)}`,
    advice:
      phase === 'connect' ? 'see whether its host is up and a firewall lets the connection through' : 'see what the service is busy with',
  }),
  cancelled: ({ phase }) => ({
    title: `${waitedFor[phase]} until the deadline of the run`,
    advice: 'see what the service is busy with; a shorter `timeout` tells it sooner',
  }),
  tls: ({ detail }) => ({
    title: detail === 'ERR_SSL_WRONG_VERSION_NUMBER' ? 'its port does not speak TLS' : 'the TLS handshake failed',
    advice: 'see whether the port speaks HTTPS at all, and which TLS versions the server allows (at least 1.2 is asked for)',
  }),
  certificate,
  garbage: () => ({ title: 'what it answers is not HTTP', advice: 'see what listens on that port' }),
  cut: () => ({ title: 'its answer was cut off', advice: 'look at the log of the service and of the proxy before it' }),
  'redirect-loop': ({ detail }) => ({
    title: 'it redirects without end',
    observed: detail,
    expected: 'an answer after at most 10 redirects',
    advice: 'correct the redirect; behind a proxy it often does not know that the visitor came by https',
  }),
  'redirect-origin': ({ detail }) => ({
    id: 'endpoint.redirect',
    title: 'it redirects to another origin',
    observed: `it redirects to ${detail}; not followed`,
    expected: 'an answer of its own origin',
    advice: 'name that place as the URL; or allow it by `redirects: any`; or expect it by its `status`',
  }),
}

/** What a fault is called for people, and which finding tells it. */
export const faultWords = (fault: Fault, target: EndpointTarget): EndpointFaultWords => {
  const words = wordings[fault.kind](fault, target)
  const code = fault.detail === '' ? '' : ` (${fault.detail})`
  return {
    id: 'endpoint.reachable',
    observed: `${words.title}${code}`,
    expected: `${target.kind === 'tcp' ? 'a connection' : 'an answer'} within ${formatDuration(target.timeoutMs)}`,
    ...words,
  }
}
