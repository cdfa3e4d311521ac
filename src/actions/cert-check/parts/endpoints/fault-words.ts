import { formatDuration } from '../../../../core/quantity.ts'
import type { Fault, FaultKind } from '../../../../probes/net/fault.ts'
import type { StartTls } from '../../../../probes/tls/starttls-steps.ts'
import { type CertTarget, showCommand } from './target.ts'

/** How long one handshake may take, its connection included. */
export const timeoutMs = 5_000

/** How long the talk before TLS may take: careful mail servers keep strangers waiting (postscreen of Postfix for 6 s). */
export const talkMs = 30_000

export type TlsFaultWords = { readonly title: string; readonly advice: string }

type Wording = (fault: Fault, target: CertTarget) => TlsFaultWords

const places: Record<Fault['phase'], string> = {
  dns: 'while its name was looked up',
  connect: 'while connecting',
  tls: 'in the TLS handshake',
  'first-byte': 'before TLS began',
  body: 'after the handshake',
}
const waitedFor: Record<Fault['phase'], string> = {
  dns: 'its name was not found',
  connect: 'no connection',
  tls: 'the TLS handshake did not finish',
  'first-byte': 'no answer before TLS',
  body: 'no end',
}

const listening = 'see whether its server runs and listens there'
const logs = 'look at the log of its server, and of the proxy before it'

/** What servers say that are there and do not want now, by their protocols. */
const busy: Readonly<Partial<Record<StartTls, RegExp>>> = {
  smtp: /^4\d\d\b/,
  ftp: /^4\d\d\b/,
  imap: /^\* BYE\b|\[(?:UNAVAILABLE|INUSE|LIMIT)\]/i,
  pop3: /\[(?:SYS\/TEMP|IN-USE|LOGIN-DELAY)\]/i,
  mysql: /too many connections|is blocked because/i,
  ldap: /\b(?:busy|unavailable)\b/i,
}

const garbage: Wording = ({ phase, detail }, { endpoint }) => {
  if (phase !== 'first-byte') return { title: 'it presents no certificate that can be read', advice: 'see what listens on that port' }
  const protocol = endpoint.starttls ?? 'it'
  if (endpoint.starttls !== undefined && busy[endpoint.starttls]?.test(detail) === true)
    return { title: `it is busy: it refuses for now (${detail})`, advice: `${logs}; look again when it has less to do` }
  if (protocol === 'smtp' && detail.startsWith('554'))
    return {
      title: `it refuses this machine: ${detail}`,
      advice: 'let its server take connections from here, or look from another machine',
    }
  return {
    title: `it does not change to TLS by ${protocol}: ${detail === '' ? 'no such answer' : detail}`,
    advice: `enable TLS in the server; or correct starttls, when it is not ${protocol} that listens there`,
  }
}

const noTls: Readonly<Record<string, TlsFaultWords>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: {
    title: 'its port does not speak TLS',
    advice: 'correct the port, or name the protocol that is spoken before TLS by starttls',
  },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: { title: 'its port does not speak TLS', advice: 'see what listens on that port' },
  ERR_SSL_DH_KEY_TOO_SMALL: {
    title: 'its Diffie-Hellman group is too small for any client',
    advice: 'offer ECDHE suites, or make a group of 2048 bits: openssl dhparam -out dhparam.pem 2048',
  },
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: {
    title: 'it speaks no protocol that was asked for (ALPN)',
    advice: 'allow HTTP/1.1 beside HTTP/2 in its server',
  },
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: {
    title: 'its server knows no such name',
    advice: 'add the name to the configuration of its server, or correct servername',
  },
}

const wordings: Record<FaultKind, Wording> = {
  unresolved: () => ({ title: 'its name does not exist', advice: 'look at the DNS record of that name, or correct the endpoint' }),
  refused: () => ({ title: 'connection refused', advice: listening }),
  unreachable: () => ({ title: 'its host is not reachable', advice: 'see whether the host is up and on the network' }),
  reset: ({ phase }) => ({ title: `connection reset ${places[phase]}`, advice: logs }),
  closed: ({ phase }) => ({ title: `connection closed ${places[phase]}`, advice: logs }),
  timeout: ({ phase }) => ({
    title: `${waitedFor[phase]} within ${formatDuration(phase === 'first-byte' ? talkMs : timeoutMs)}`,
    advice: phase === 'connect' ? 'see whether its host is up and a firewall lets the connection through' : listening,
  }),
  cancelled: ({ phase }) => ({ title: `${waitedFor[phase]} until the deadline of the run`, advice: listening }),
  tls: ({ detail }) =>
    noTls[detail] ?? { title: 'the TLS handshake failed', advice: 'see which TLS versions and ciphers the server allows, and its log' },
  // Certificates are not refused here; should OpenSSL do so all the same, it is a handshake that failed.
  certificate: () => ({ title: 'the TLS handshake failed', advice: logs }),
  garbage,
  oversize: () => ({ title: 'it presents no certificate that can be read', advice: 'see what listens on that port' }),
  cut: () => ({ title: 'its answer was cut off', advice: logs }),
  'redirect-loop': () => ({ title: 'it redirects without end', advice: logs }),
  'redirect-origin': () => ({ title: 'it redirects to another origin', advice: logs }),
}

/** What a fault is called, and what there is to do, with the command that shows it. */
export const faultWords = (fault: Fault, target: CertTarget): TlsFaultWords & { readonly observed: string } => {
  const { title, advice } = wordings[fault.kind](fault, target)
  const command = showCommand(target)
  const code = fault.detail === '' || title.includes(fault.detail) ? '' : ` (${fault.detail})`
  return { title, observed: `${title}${code}`, advice: command === undefined ? advice : `${advice}; run: ${command}` }
}
