import { formatBytes, formatDuration } from '../../../../core/quantity.ts'
import { maxHeadBytes, maxLineBytes } from '../../../../probes/http/answer.ts'
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

const tooWeak = [
  'its certificate has a key or a signature that is too weak',
  'get a certificate with a longer key: RSA of 2,048 bits, or ECDSA',
] as const

const certificate: Wording = ({ detail }) => {
  const [title, advice] = certificates[detail] ?? (/WEAK|SMALL/.test(detail) ? tooWeak : untrusted)
  return {
    id: 'endpoint.certificate',
    title,
    observed: `${title} (${detail})`,
    expected: 'a certificate that is valid for this name',
    advice,
  }
}

/** Codes of OpenSSL and Node for a handshake that a side refused, in words. */
const handshakes: readonly (readonly [code: RegExp, title: string, advice: string])[] = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/,
    'its port does not speak TLS',
    'see what listens on that port; for plain HTTP write http://',
  ],
  [
    /CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    'it wants a certificate of the client, and Ronde has none to give',
    'name an address that answers without one, or only its port by tcp://',
  ],
  [
    /NO_APPLICATION_PROTOCOL/,
    'it does not speak HTTP/1.1, which Ronde asks for by ALPN',
    'allow HTTP/1.1 beside HTTP/2, or look at its port only by tcp://',
  ],
  [
    /ALERT_HANDSHAKE_FAILURE|NO_SHARED_CIPHER|NO_CIPHERS/,
    'it shares no cipher with Ronde, or wants a certificate of the client',
    'see which ciphers the server allows, and whether it asks for a certificate of the client',
  ],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, 'it speaks only a TLS version that is too old', 'allow TLS 1.2 or 1.3 in the server'],
  [/UNRECOGNIZED_NAME/, 'its server knows no such name', 'add the name to the configuration of its server, or correct `server-name`'],
  [
    /KEY_TOO_SMALL|KEY_TOO_WEAK|DH_KEY_TOO_SMALL|MD_TOO_WEAK/,
    'it uses a key that is too weak',
    'give the server a longer key: RSA of 2,048 bits, or ECDSA',
  ],
]

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
  tls: ({ detail }) => {
    const [, title, advice] = handshakes.find(([code]) => code.test(detail)) ?? []
    return {
      title: title ?? 'the TLS handshake failed',
      advice: advice ?? 'see whether the port speaks HTTPS at all, and which TLS versions the server allows (at least 1.2 is asked for)',
    }
  },
  certificate,
  garbage: () => ({ title: 'what it answers is not HTTP', advice: 'see what listens on that port' }),
  oversize: () => ({
    title: `its header is longer than ${formatBytes(maxHeadBytes)} in all, or ${formatBytes(maxLineBytes)} in one line: more than Ronde understands`,
    advice: 'see which header the service repeats or fills: often a cookie or a policy',
  }),
  cut: () => ({ title: 'its answer was cut off', advice: 'look at the log of the service and of the proxy before it' }),
  'redirect-loop': ({ detail }) => ({
    title: 'it redirects without end',
    observed: detail,
    expected: 'an answer after at most 10 redirects',
    advice:
      'correct the redirect; behind a proxy it often does not know that the visitor came by https; one that waits for the cookie that it sets never ends for Ronde, which keeps none',
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
