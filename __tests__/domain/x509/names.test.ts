import { expect, test } from '@jest/globals'
import { readCertificate } from '../../../src/domain/x509/certificate.ts'
import { selfSigned } from '../../support/self-signed.ts'

test('names and addresses of a certificate are read, an IPv6 address in its short form', () => {
  const read = readCertificate(selfSigned({ names: ['quiz.example', '192.0.2.7', '2001:db8:0:0:0:0:0:1a', '0:0:0:0:0:0:0:1'] }).cert)
  expect(read).toMatchObject({ subject: 'quiz.example', dnsNames: ['quiz.example'], addresses: ['192.0.2.7', '2001:db8::1a', '::1'] })
})
