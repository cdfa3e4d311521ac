import type { Context } from '../../contract/context.ts'
import type { Instant } from '../../contract/seen.ts'
import { type PartOutcome, partsOf } from '../../core/parts.ts'
import type { Certificate } from '../../domain/x509/certificate.ts'
import type { CertOptions } from './options.ts'

/** What is known of a certificate, without its parsed form, which cannot leave the process that read it. */
export type CertificateFacts = Omit<
  Certificate,
  'x509' | 'subjectDer' | 'issuerDer' | 'subjectName' | 'issuerName' | 'usage' | 'signature' | 'ocspUrls'
>

/** A line of the summary's table. `subject`: that of its findings, which fill the last column. */
export type CertificateRow = {
  readonly subject: string
  /** What it is called: the names of the certificate or of the endpoint. */
  readonly name: string
  /** Numeric addresses that it was presented at, or the path of its file. */
  readonly address: string
  readonly certificate: CertificateFacts
  /** An authority above it that clients need and that ends before it. */
  readonly endsBefore?: Pick<CertificateFacts, 'subject' | 'notAfter'> | undefined
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
  /** The lineage of certbot that it is of, with the SHA-256 of each certificate that its archive holds. */
  readonly lineage?: { readonly name: string; readonly earlier: ReadonlySet<string> } | undefined
}

/** All leaves that the parts saw. */
export type SeenLeaves = { readonly served: readonly Served[]; readonly onDisk: readonly OnDisk[] }

type Told = { readonly certificates: readonly CertificateRow[] } & Partial<SeenLeaves>

/** What a part brings back. */
export type CertOutcome<Id extends string = string> = PartOutcome<Id> & Told

/** What a part works with. `leaves`: what the others saw, for those that run after them. */
export type CertWorld = {
  readonly context: Context
  /** The one clock of the run: all days left count from it. */
  readonly startedAt: Instant
  readonly leaves: SeenLeaves
}

/** A part looks at one kind of place, side by side with the others. One that is not configured says nothing. */
export const definePart = partsOf<{
  readonly options: CertOptions
  readonly world: CertWorld
  readonly told: Told
  /** Begins when the others have come to their end. */
  readonly marks: { readonly afterOthers?: true }
}>()

/** Its findings stand together in log and summary. */
export const group = 'cert-check'

/** What a part says that had nothing to look at. */
export const nothing: CertOutcome<never> = { completed: false, findings: [], certificates: [] }
