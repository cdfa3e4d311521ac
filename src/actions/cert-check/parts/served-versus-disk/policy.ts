import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { isForName } from '../../../../domain/x509/certificate.ts'
import type { OnDisk, Served } from '../../part.ts'

export type Comparison = {
  readonly now: Instant
  /** How long after its file changed the old certificate may still be presented. */
  readonly graceMs: number
  /** Makes the server load what is on disk; undefined when none can be offered. */
  readonly reload: string | undefined
}

/** What is served is judged by, beside what lies on disk. */
export const comparedIds = ['cert.not-reloaded', 'cert.wrong-path'] as const
export type ComparedId = (typeof comparedIds)[number]
type ComparedFinding = JudgedFinding<ComparedId>

type Told = Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'> & Partial<Omit<JudgedFinding, 'id'>>

const shortPrint = (sha256: string) => sha256.slice(0, 16)
const day = (at: Instant) => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

const bothPrints = (served: Served, disk: OnDisk): readonly string[] => [
  `served: ${served.certificate.sha256}, issued ${day(served.certificate.notBefore)} UTC by ${served.certificate.issuer}`,
  `${disk.path}: ${disk.certificate.sha256}, issued ${day(disk.certificate.notBefore)} UTC by ${disk.certificate.issuer}`,
]

const notReloaded = (served: Served, disk: OnDisk, { now, graceMs, reload }: Comparison): Told => {
  const sinceMs = Math.max(0, now - disk.modifiedAt)
  const inGrace = sinceMs < graceMs
  const observed = `serves ${shortPrint(served.certificate.sha256)}, and ${disk.path} has held ${shortPrint(disk.certificate.sha256)} for ${formatDuration(sinceMs)}`
  if (inGrace)
    return {
      status: 'ok',
      cleared: false,
      title: 'the renewed certificate is not loaded yet',
      observed,
      advice: `allowed for ${formatDuration(graceMs)} after the file changed`,
    }
  return {
    status: 'warning',
    title: 'the renewed certificate was not loaded',
    observed,
    advice:
      reload === undefined ? 'reload the server that presents it, then mend the deploy hook' : `run: ${reload}, then mend the deploy hook`,
    evidence: bothPrints(served, disk),
  }
}

const wrongPath = (served: Served, disk: OnDisk): Told => ({
  status: 'warning',
  title: 'serves a certificate that is not on disk',
  observed: `serves ${shortPrint(served.certificate.sha256)}, issued ${day(served.certificate.notBefore)} UTC, and the newest file for the name is ${disk.path}, issued ${day(disk.certificate.notBefore)} UTC`,
  advice:
    'find the file that its configuration names (nginx -T | grep ssl_certificate), and name that one in `files`, or correct the configuration',
  evidence: bothPrints(served, disk),
})

const loaded = (disk: OnDisk): Told => ({
  status: 'ok',
  title: 'serves what is on disk',
  observed: `the certificate of ${disk.path}`,
  advice: '',
})

const elsewhere = (served: Served, disk: OnDisk): Told => ({
  status: 'ok',
  title: 'served by somebody else',
  observed: `a certificate of ${served.certificate.issuer}, and that of ${disk.path} is of ${disk.certificate.issuer}: a proxy or a CDN is in between`,
  advice: '',
})

const plain = (organization: string): string => organization.trim().toLowerCase()

/** Authorities change the names of their intermediates at each renewal, and keep that of their organization. */
const isOfOneIssuer = (served: Served, disk: OnDisk): boolean =>
  disk.lineage?.earlier.has(served.certificate.sha256) === true ||
  plain(served.certificate.issuerOrganization) === plain(disk.certificate.issuerOrganization)

const nothingNewer: Told = { status: 'ok', title: 'nothing newer is on disk', observed: 'nothing newer is on disk', advice: '' }
const olderThanDisk: Told = { status: 'ok', title: 'the disk is newer', observed: 'a newer one is on disk', advice: '' }

/** The newest by its day of issue; of several files with one certificate, the one that changed last. */
const newestOf = (files: readonly OnDisk[]): OnDisk | undefined =>
  files.toSorted((a, b) => b.certificate.notBefore - a.certificate.notBefore || b.modifiedAt - a.modifiedAt)[0]

type Pair = { readonly served: Served; readonly newest: OnDisk; readonly same: OnDisk | undefined }

const reloadWords = ({ served, newest, same }: Pair, comparison: Comparison): Told => {
  if (same !== undefined) return loaded(same)
  if (!isOfOneIssuer(served, newest)) return elsewhere(served, newest)
  return newest.certificate.notBefore > served.certificate.notBefore ? notReloaded(served, newest, comparison) : nothingNewer
}

const pathWords = ({ served, newest, same }: Pair): Told => {
  if (same !== undefined) return loaded(same)
  if (!isOfOneIssuer(served, newest)) return elsewhere(served, newest)
  return newest.certificate.notBefore > served.certificate.notBefore ? olderThanDisk : wrongPath(served, newest)
}

const judgePair = (pair: Pair, comparison: Comparison): readonly ComparedFinding[] => {
  const { address, subject } = pair.served
  const at = address.includes(':') ? `[${address}]` : address
  const make = (id: ComparedId, { title, ...told }: Told): ComparedFinding =>
    finding({
      id,
      subject: `${subject}@${at}`,
      title: `${subject} at ${at}: ${title}`,
      expected: 'the newest certificate on disk for the name',
      certainty: 'hard',
      audience: 'infrastructure',
      ...told,
    })
  return [make('cert.not-reloaded', reloadWords(pair, comparison)), make('cert.wrong-path', pathWords(pair))]
}

/** Nothing on disk for the name: it is served from elsewhere, and there is nothing to compare. */
const pairOf = (served: Served, files: readonly OnDisk[]): readonly Pair[] => {
  const forName = files.filter((one) => isForName(one.certificate, served.serverName))
  const newest = newestOf(forName)
  const same = forName.find((one) => one.certificate.sha256 === served.certificate.sha256)
  return newest === undefined ? [] : [{ served, newest, same }]
}

/** What each address presents for each name, beside the files that are for that name; two findings for each pair. Pure. */
export const compareServed = (served: readonly Served[], files: readonly OnDisk[], comparison: Comparison): readonly ComparedFinding[] =>
  served.flatMap((one) => pairOf(one, files)).flatMap((pair) => judgePair(pair, comparison))
