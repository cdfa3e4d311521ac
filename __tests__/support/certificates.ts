import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A key and its certificate, as PEM text. */
export type Certificate = { readonly key: string; readonly cert: string }

export type Certificates = {
  /** Path of our own authority, for the option `ca`. */
  readonly authorityPath: string
  readonly valid: Certificate
  readonly expired: Certificate
  readonly wrongName: Certificate
  readonly selfSigned: Certificate
  readonly [Symbol.dispose]: () => void
}

const names = 'subjectAltName=DNS:localhost,DNS:quiz.example,IP:127.0.0.1,IP:::1'

/** Makes an authority and certificates of it with openssl, in a folder that goes away with them. */
export const makeCertificates = (): Certificates => {
  const folder = mkdtempSync(join(tmpdir(), 'ronde-certificates-'))
  const at = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const selfSign = (name: string, subject: string, ...more: string[]) =>
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=${subject}`,
      ...more,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    )
  const read = (name: string): Certificate => ({
    key: readFileSync(at(`${name}.key`), 'utf8'),
    cert: readFileSync(at(`${name}.pem`), 'utf8'),
  })
  const issue = (name: string, days: string, extension: string): Certificate => {
    openssl(
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    )
    writeFileSync(at('extensions'), extension)
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'authority.pem',
      '-CAkey',
      'authority.key',
      '-CAcreateserial',
      '-days',
      days,
      '-extfile',
      'extensions',
      '-out',
      `${name}.pem`,
    )
    return read(name)
  }
  selfSign('authority', 'test authority')
  selfSign('self-signed', 'localhost', '-addext', names)
  return {
    authorityPath: at('authority.pem'),
    valid: issue('valid', '30', names),
    expired: issue('expired', '-1', names),
    wrongName: issue('wrong-name', '30', 'subjectAltName=DNS:other.example'),
    selfSigned: read('self-signed'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
