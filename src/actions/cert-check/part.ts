import type { Context } from '../../contract/context.ts'
import type { Finding } from '../../contract/finding.ts'
import type { Instant } from '../../contract/seen.ts'
import type { Certificate } from '../../domain/x509/certificate.ts'
import type { CertOptions } from './options.ts'

/** The parts of the check: entries of the report's `scope`, and `check` of each finding. */
export const partNames = ['endpoints', 'headers', 'files', 'letsencrypt', 'nginx', 'served-versus-disk'] as const
export type PartName = (typeof partNames)[number]

/** What is known of a certificate, without its parsed form, which cannot leave the process that read it. */
export type CertificateFacts = Omit<Certificate, 'x509'>

/** A line of the summary's table. `subject`: that of its findings, which fill the last column. */
export type CertificateRow = {
  readonly subject: string
  /** What it is called: the names of the certificate or of the endpoint. */
  readonly name: string
  /** Numeric addresses that it was presented at, or the path of its file. */
  readonly address: string
  readonly certificate: CertificateFacts
  /** The chain in words: `3 certificates`, `incomplete`. */
  readonly chain: string
}

/** A leaf that a server presented, for the comparison with the disk. */
export type Served = {
  readonly subject: string
  /** The name that was asked for by SNI. */
  readonly serverName: string
  /** Numeric. */
  readonly address: string
  readonly port: number
  readonly certificate: CertificateFacts
}

/** A leaf on disk, for the comparison with what is served. */
export type OnDisk = {
  readonly subject: string
  readonly path: string
  readonly modifiedAt: Instant
  readonly certificate: Certificate
}

/** What one part brings back. Every finding carries its name as `check`. */
export type Looked = {
  readonly check: PartName
  /** False when it could not look: then it is not in the report's `scope`. */
  readonly completed: boolean
  readonly findings: readonly Finding[]
  readonly certificates: readonly CertificateRow[]
  readonly served?: readonly Served[]
  readonly onDisk?: readonly OnDisk[]
}

/** A part looks at one kind of place. All run side by side; one that throws or hangs is `unknown` for itself. */
export type Part = {
  readonly name: PartName
  /** False: nothing to look at here, and nothing is said of it. */
  readonly wanted: (options: CertOptions) => boolean
  /** `startedAt` is the one clock of the run: all days left count from it. */
  readonly run: (options: CertOptions, context: Context, startedAt: Instant) => Promise<Looked>
}

/** What a part says that had nothing to look at. */
export const nothingOf = (check: PartName): Looked => ({ check, completed: false, findings: [], certificates: [] })
