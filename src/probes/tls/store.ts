import type { SecureContext } from 'node:tls'
import { loadTls } from '../../core/net/tls.ts'
import { type Certificate, readCertificate } from '../../domain/x509/certificate.ts'
import type { Roots } from '../../domain/x509/chain.ts'
import { comparedName } from '../../domain/x509/names.ts'
import { subjectOf } from '../../domain/x509/parts.ts'

/** Whom a look trusts, and how it asks. One for each set of authorities: making it takes milliseconds, a handshake with it none. */
export type Store = {
  /** For TLS 1.2 and later; anything else that may be weak is taken, for it is judged and not refused. */
  readonly modern: SecureContext
  /** For TLS 1.1 and earlier; `undefined` when this OpenSSL cannot ask for them. */
  readonly old: () => SecureContext | undefined
  /** The certificates of the store, by their names. */
  readonly roots: Roots
}

/** So weak that OpenSSL refuses it by default: it must be seen to be judged. */
const ciphers = 'DEFAULT@SECLEVEL=0'
/** P-224 too, or a certificate of it could not be presented. No hybrid group: its keys cost several times the CPU, and nothing secret is sent. */
const ecdhCurve = 'X25519:P-256:P-384:P-521:P-224'
const pemBlock = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g

type Entry = { readonly name: string; readonly pem: string }

/** Only the names: a store has hundreds of certificates, of which one or two are ever looked for. */
const entriesOf = (texts: readonly string[]): readonly Entry[] =>
  texts.flatMap((text) =>
    [...text.matchAll(pemBlock)].flatMap(([pem, base64 = '']) => {
      const subject = subjectOf(Buffer.from(base64, 'base64'))
      return subject === undefined ? [] : [{ name: comparedName(subject), pem }]
    }),
  )

/** Reads all names when the first is asked for, and a certificate when its name is. `bundled`: those that come with Node, as they come with browsers. */
const createRoots = (authorities: () => readonly string[], bundled: () => readonly string[]): Roots => {
  let byName: Map<string, Entry[]> | undefined
  let ofNode: Set<string> | undefined
  const read = new Map<string, readonly Certificate[]>()
  const named: Roots['named'] = (name) => {
    const known = read.get(name)
    if (known !== undefined) return known
    byName ??= Map.groupBy(entriesOf(authorities()), (one) => one.name)
    const found = (byName.get(name) ?? []).map((one) => readCertificate(one.pem)).filter((one) => one !== undefined)
    read.set(name, found)
    return found
  }
  const isPublic: Roots['isPublic'] = ({ x509 }) => {
    ofNode ??= new Set(bundled().map((one) => one.trim()))
    return ofNode.has(x509.toString().trim())
  }
  return { named, isPublic }
}

/** Node's authorities and those of NODE_EXTRA_CA_CERTS, and these PEM texts besides. */
export const createStore = async (more: readonly string[]): Promise<Store> => {
  const { createSecureContext, getCACertificates } = loadTls()
  const authorities = () => [...getCACertificates('default'), ...more]
  const ca = more.length === 0 ? {} : { ca: authorities() }
  const old = (): SecureContext | undefined => {
    try {
      return createSecureContext({ ...ca, ciphers, ecdhCurve, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
    } catch {
      // Built or configured without them: then nobody here can ask, and it is said.
      return undefined
    }
  }
  return {
    modern: createSecureContext({ ...ca, ciphers, ecdhCurve, minVersion: 'TLSv1.2' }),
    old,
    roots: createRoots(authorities, () => getCACertificates('bundled')),
  }
}
