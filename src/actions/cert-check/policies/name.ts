import type { JudgedFinding } from '../../../contract/finding.ts'
import { type Certificate, isForName, shownName } from '../../../domain/x509/certificate.ts'
import { advise, type CertificatePlace, judged } from './where.ts'

const maxShown = 6

/** The names of a certificate as people read them, the first few of many. */
export const namesOf = ({ dnsNames, addresses, moreNames }: Pick<Certificate, 'dnsNames' | 'addresses' | 'moreNames'>): string => {
  const all = [...dnsNames.map(shownName), ...addresses]
  const left = Math.max(0, all.length - maxShown) + moreNames
  return all.length === 0 ? 'no name' : `${all.slice(0, maxShown).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}

/** Whether the leaf is for a name: wildcards, IDN and numeric addresses included, the common name not. */
export const judgeName = (leaf: Certificate, name: string, where: CertificatePlace): JudgedFinding<'cert.name'> => {
  const fits = isForName(leaf, name)
  return judged(where, {
    id: 'cert.name',
    status: fits ? 'ok' : 'critical',
    title: fits ? 'certificate is for this name' : `certificate is for another name than ${shownName(name)}`,
    observed: `it is for ${namesOf(leaf)}`,
    expected: `for ${shownName(name)}`,
    advice: fits ? '' : advise('get a certificate that holds this name, or correct which one the server presents for it', where.show),
  })
}
