import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type OpensslFiles = {
  /** Absolute path of a file in the folder. */
  readonly at: (name: string) => string
  readonly openssl: (...args: readonly string[]) => string
  readonly read: (name: string) => string
  readonly write: (name: string, text: string | Buffer) => string
  readonly [Symbol.dispose]: () => void
}

/** A folder of files made by openssl: `root`, `middle` issued by it, `leaf` issued by that, each `.pem` with its `.key`. */
export const opensslFiles = (): OpensslFiles => {
  const folder = mkdtempSync(join(tmpdir(), 'ronde-openssl-'))
  const at = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(at(name), text)
    return at(name)
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const issue = (name: string, by: string, extensions: string) => {
    openssl('req', '-new', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    write('extensions', extensions)
    const signing = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '90', '-extfile', 'extensions']
    openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`)
  }
  openssl('req', '-x509', ...newKey, '-days', '300', '-subj', '/CN=root', '-keyout', 'root.key', '-out', 'root.pem')
  issue('middle', 'root', 'basicConstraints=critical,CA:true')
  issue('leaf', 'middle', 'subjectAltName=DNS:quiz.example,DNS:www.quiz.example')
  return {
    at,
    openssl,
    write,
    read: (name) => readFileSync(at(name), 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
