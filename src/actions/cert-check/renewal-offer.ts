import type { JudgedFinding } from '../../contract/finding.ts'
import { shellCommand } from '../../core/text/shell-command.ts'
import { isForName } from '../../domain/x509/certificate.ts'
import type { OnDisk, SeenLeaves, Served } from './part.ts'

/** What the lineage was made for, and what it was seen to make. */
const isOf = ({ certificate, serverName }: Served, { lineage, certificate: newest }: OnDisk): boolean =>
  lineage !== undefined &&
  (lineage.earlier.has(certificate.sha256) ||
    (isForName(newest, serverName) && newest.issuerOrganization === certificate.issuerOrganization))

const offered = <Id extends string>(finding: JudgedFinding<Id>, name: string): JudgedFinding<Id> => {
  const command = shellCommand(['sudo', 'certbot', 'renew', '--cert-name', { kind: 'host', name }])
  return command === undefined ? finding : { ...finding, advice: `${finding.advice.replace(' where it comes from', '')}; run: ${command}` }
}

/** Certbot is advised for what one of its lineages was seen to make, and for nothing else. Pure. */
export const offerRenewal = <Id extends string>(
  findings: readonly JudgedFinding<Id>[],
  { served, onDisk }: SeenLeaves,
): readonly JudgedFinding<Id>[] => {
  const ofCertbot = onDisk.filter((one) => one.lineage !== undefined)
  if (ofCertbot.length === 0) return findings
  return findings.map((one) => {
    if (one.id !== 'cert.expiry' || one.status === 'ok') return one
    const from = served.filter(({ subject }) => subject === one.subject)
    const lineage = ofCertbot.find((file) => from.some((leaf) => isOf(leaf, file)))?.lineage
    return lineage === undefined ? one : offered(one, lineage.name)
  })
}
