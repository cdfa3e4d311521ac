import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate of openssl with its key: as text, and as files for programs. */
export type Issued = {
  readonly name: string
  readonly key: string
  readonly cert: string
  readonly keyPath: string
  readonly certPath: string
}

export type Wanted = {
  /** Common name; also the name of its files. */
  readonly name: string
  /** Who signs it; itself when nobody is named. */
  readonly by?: Issued | undefined
  readonly names?: readonly string[]
  /** Days from now. */
  readonly from?: number
  readonly until?: number
  /** `ec`, `ed25519`, `rsa:1024`, … */
  readonly key?: string
  /** One that was made elsewhere, as PEM. */
  readonly privateKey?: string
  readonly digest?: string
  readonly ca?: boolean
  /** More lines of an openssl extension section: `tlsfeature = status_request`. */
  readonly extensions?: readonly string[]
  /** Its subject as PrintableString, where openssl takes UTF8String otherwise. */
  readonly printable?: boolean
  /** The whole subject as openssl writes it, instead of the common name. */
  readonly subject?: string
}

export type Authority = {
  readonly folder: string
  readonly issue: (wanted: Wanted) => Issued
  /** A DER OCSP response for a certificate by its authority, valid for some minutes. */
  readonly staple: (certificate: Issued, issuer: Issued, status?: 'good' | 'revoked') => Buffer
  readonly [Symbol.dispose]: () => void
}

const dayMs = 86_400_000
const config = `[ca]
default_ca = ours
[ours]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
email_in_dn = no
[any]
commonName = optional
organizationName = optional
`

/** \`20261122021700Z\` */
const time = (days: number): string => `${new Date(Date.now() + days * dayMs).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`

const keyArguments = (kind: string): readonly string[] => {
  const [algorithm = '', size = ''] = kind.split(':')
  if (algorithm === 'rsa') return ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${size}`]
  if (algorithm === 'ec') return ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${size || 'P-256'}`]
  return ['-algorithm', algorithm.toUpperCase()]
}

const extensionLines = ({ ca = false, names = [], extensions = [] }: Wanted): string =>
  [
    `basicConstraints = critical, CA:${ca ? 'TRUE' : 'FALSE'}`,
    ...(names.length === 0 ? [] : [`subjectAltName = ${names.join(', ')}`]),
    ...extensions,
  ].join('\n')

/** A signature by an Ed25519 key has its hash in itself. */
const digestOf = ({ key = 'ec', by, digest = 'sha256' }: Wanted): string => (key.startsWith('ed') && by === undefined ? 'default' : digest)

/** Makes certificates of every kind with openssl, in a folder that goes away with them. */
export const createAuthority = (): Authority => {
  const folder = mkdtempSync(join(tmpdir(), 'ronde-authority-'))
  const at = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  writeFileSync(at('config'), config)
  writeFileSync(at('printable'), '[req]\nstring_mask = nombstr\ndistinguished_name = any\n[any]\n')
  writeFileSync(at('index'), '')
  let made = 0

  const issue = (wanted: Wanted): Issued => {
    const { name, by, from = -1, until = 80, key = 'ec' } = wanted
    made += 1
    const file = `${made}-${name.replace(/\W/g, '_').slice(0, 20)}`
    const [keyPath, certPath] = [at(`${file}.key`), at(`${file}.pem`)]
    writeFileSync(at('extensions'), extensionLines(wanted))
    if (wanted.privateKey === undefined) openssl('genpkey', ...keyArguments(key), '-out', keyPath)
    else writeFileSync(keyPath, wanted.privateKey)
    const request = wanted.printable === true ? ['-config', 'printable'] : []
    openssl('req', '-new', '-utf8', ...request, '-key', keyPath, '-subj', wanted.subject ?? `/CN=${name}`, '-out', 'request')
    const signer = by === undefined ? ['-selfsign', '-keyfile', keyPath] : ['-cert', by.certPath, '-keyfile', by.keyPath]
    const input = ['-in', 'request', '-out', certPath, '-extfile', 'extensions', '-preserveDN', '-utf8']
    const validity = ['-startdate', time(from), '-enddate', time(until), '-md', digestOf(wanted)]
    openssl('ca', '-batch', '-notext', '-config', 'config', ...input, ...signer, ...validity)
    return { name, key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8'), keyPath, certPath }
  }

  const staple: Authority['staple'] = (certificate, issuer, status = 'good') => {
    if (status === 'revoked')
      openssl('ca', '-config', 'config', '-cert', issuer.certPath, '-keyfile', issuer.keyPath, '-revoke', certificate.certPath)
    openssl('ocsp', '-issuer', issuer.certPath, '-cert', certificate.certPath, '-reqout', 'ask')
    const responder = ['-index', 'index', '-CA', issuer.certPath, '-rsigner', issuer.certPath, '-rkey', issuer.keyPath]
    openssl('ocsp', ...responder, '-reqin', 'ask', '-respout', 'answer', '-nmin', '10')
    return readFileSync(at('answer'))
  }

  return { folder, issue, staple, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A chain as servers present it. */
export const chainText = (...chain: readonly Issued[]): string => chain.map((one) => one.cert).join('')

/** The same certificate with other bytes in the place of its dates, which its signature then does not cover. */
export const withDates = ({ key, cert }: Pick<Issued, 'key' | 'cert'>, from: string, until: string): Pick<Issued, 'key' | 'cert'> => {
  const der = Buffer.from(cert.replace(/-----.*?-----|\s/g, ''), 'base64').toString('latin1')
  const tag = String.fromCharCode(0x17, 13)
  const dated = der.replace(new RegExp(`${tag}\\d{12}Z${tag}\\d{12}Z`), () => tag + from + tag + until)
  const text = Buffer.from(dated, 'latin1')
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
  return { key, cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n` }
}
