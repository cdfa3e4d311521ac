import { expect, test } from '@jest/globals'
import type { OnDisk, Served } from '../../../src/actions/cert-check/part.ts'
import { offerRenewal } from '../../../src/actions/cert-check/renewal-offer.ts'
import { finding } from '../../../src/contract/finding.ts'
import { readCertificate } from '../../../src/domain/x509/certificate.ts'
import { selfSigned } from '../../support/self-signed.ts'

const certificate = readCertificate(selfSigned({ names: ['quiz.example'] }).cert)
if (certificate === undefined) throw new Error('no certificate')

const served = (serverName: string, issuerOrganization = "Let's Encrypt"): Served => ({
  subject: `${serverName}:443`,
  serverName,
  address: '192.0.2.1',
  port: 443,
  certificate: { ...certificate, sha256: 'b', issuerOrganization },
})
const onDisk = (lineage: OnDisk['lineage']): OnDisk => ({
  subject: 'file:/x',
  path: '/x',
  modifiedAt: 0,
  certificate: { ...certificate, issuerOrganization: "Let's Encrypt" },
  lineage,
})
const lineage = { name: 'quiz.example', earlier: new Set<string>() }
const expiring = (subject: string) =>
  finding({
    id: 'cert.expiry',
    subject,
    status: 'critical',
    title: '',
    observed: '',
    expected: '',
    advice: 'renew it where it comes from, then let its server load it',
    audience: 'security',
  })
const command = 'renew it, then let its server load it; run: sudo certbot renew --cert-name quiz.example'
const elsewhere = 'renew it where it comes from, then let its server load it'

test.each([
  ['what a lineage makes', served('quiz.example'), onDisk(lineage), command],
  ['what it made before, whoever issued it', served('old.example', 'Old CA'), onDisk({ ...lineage, earlier: new Set(['b']) }), command],
  ['another name', served('other.example'), onDisk(lineage), elsewhere],
  ['another authority', served('quiz.example', 'Edge CA'), onDisk(lineage), elsewhere],
  ['a file that certbot does not look after', served('quiz.example'), onDisk(undefined), elsewhere],
])('certbot is advised by what is known of %s', (_what, one, file, advice) => {
  const told = offerRenewal([expiring(one.subject)], { served: [one], onDisk: [file] })
  expect(told.map((finding) => finding.advice)).toEqual([advice])
})
