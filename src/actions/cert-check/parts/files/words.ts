import type { JudgedFinding } from '../../../../contract/finding.ts'
import type { CasesByTag } from '../../../../core/by-tag.ts'
import { formatBytes } from '../../../../core/quantity.ts'
import { shellCommand, type Word } from '../../../../core/text/shell-command.ts'
import type { FileContent } from '../../../../domain/x509/file-content.ts'
import { isPlainPath } from '../../../../probes/certbot/rights.ts'
import type { ReadFile } from '../../../../probes/files/read.ts'

/** What a finding says of a file. */
export type FileWords = Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'>

const command = (before: readonly string[], path: string, after: readonly string[] = []): string => {
  const words: readonly Word[] = [...before, { kind: 'path', name: path }, ...after]
  const line = shellCommand(words)
  return line === undefined ? '' : `: ${line}`
}

/** `: openssl x509 …` to end an advice with; empty when the path cannot stand in a command. */
export const openssl = (path: string) => command(['sudo', 'openssl', 'x509', '-noout', '-subject', '-dates', '-in'], path)

/** Gives this user the right to read a path; a sentence. */
export type ReadGrant = (path: string) => string

/** What cannot be judged as a certificate, by what stands at the path. */
export const unreadable: CasesByTag<Exclude<ReadFile, { kind: 'file' }>, 'kind', [path: string, grant: ReadGrant], FileWords> = {
  'too-large': ({ sizeBytes, limitBytes }, path) => ({
    status: 'unknown',
    title: 'too large for a certificate',
    observed: `${formatBytes(sizeBytes)}, and ${formatBytes(limitBytes)} at most are read`,
    advice: `name the file of the certificate${command(['ls', '-l'], path)}`,
  }),
  directory: (_read, path) => ({
    status: 'unknown',
    title: 'is a folder',
    observed: 'a folder stands there',
    advice: `name its files with a pattern such as ${path.replace(/\/$/, '')}/*.pem`,
  }),
  special: (_read, path) => ({
    status: 'unknown',
    title: 'is no regular file',
    observed: 'a pipe, a socket or a device stands there',
    advice: `look at it${command(['ls', '-l'], path)}`,
  }),
  dangling: ({ target }, path) => ({
    status: 'critical',
    title: 'is a link to nothing',
    observed: `it leads to ${target}, which is not there`,
    advice: `put back what it led to, or make the link anew${command(['ls', '-l'], path)}`,
  }),
  absent: (_read, path) => ({
    status: 'critical',
    title: 'is not there',
    observed: 'no such file',
    advice: `put it back, or correct \`files\`${command(['ls', '-l'], path)}`,
  }),
  'not-permitted': (_read, path, grant) => ({
    status: 'unknown',
    title: 'may not be read',
    observed: 'the user of the runner may not read it',
    advice: grant(path),
  }),
  failed: ({ code }, path) => ({
    status: 'unknown',
    title: 'cannot be read',
    observed: `the system answers ${code}`,
    advice: `look at it${command(['sudo', 'ls', '-l'], path)}`,
  }),
}

/** What is in a file that holds no certificate. A private key is told of, and nothing of it. */
export const strange: Record<Exclude<FileContent['kind'], 'certificates' | 'damaged'>, (path: string) => FileWords> = {
  'private-key': (path) => ({
    status: 'unknown',
    title: 'is a private key and no certificate',
    observed: 'a private key; nothing of it was kept',
    advice: `name the certificate instead, and see that only its owner may read the key${isPlainPath(path) ? command(['sudo', 'chmod', '600'], path) : ''}`,
  }),
  pkcs12: (path) => ({
    status: 'unknown',
    title: 'is a PKCS#12 store',
    observed: 'a PKCS#12 store (.p12, .pfx), whose certificate is behind a pass phrase',
    advice: `name a PEM file${command(['openssl', 'pkcs12', '-clcerts', '-nokeys', '-in'], path, ['-out', 'certificate.pem'])}`,
  }),
  pkcs7: (path) => ({
    status: 'unknown',
    title: 'is a PKCS#7 store',
    observed: 'a PKCS#7 store (.p7b)',
    advice: `name a PEM file${command(['openssl', 'pkcs7', '-print_certs', '-in'], path, ['-out', 'certificate.pem'])}`,
  }),
  request: () => ({
    status: 'unknown',
    title: 'is a request and no certificate',
    observed: 'a request for a certificate (CSR)',
    advice: 'name the certificate that the authority made of it',
  }),
  'public-key': () => ({
    status: 'unknown',
    title: 'is a public key and no certificate',
    observed: 'a public key',
    advice: 'name the certificate instead',
  }),
  empty: () => ({
    status: 'critical',
    title: 'is empty',
    observed: '0 certificates, for the file is empty',
    advice: 'put it back from a backup, or renew it',
  }),
  other: (path) => ({
    status: 'unknown',
    title: 'holds no certificate',
    observed: 'neither PEM nor DER of a certificate',
    advice: `look at it${openssl(path)}`,
  }),
}
