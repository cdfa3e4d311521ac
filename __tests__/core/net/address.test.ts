import { expect, test } from '@jest/globals'
import { isRefused } from '../../../src/core/net/address.ts'

test.each([
  ['169.254.0.1', true],
  ['169.254.169.254', true],
  ['100.100.100.200', true],
  ['192.0.0.192', true],
  ['fe80::1', true],
  ['fe80::1%eth0', true],
  ['febf::1', true],
  ['fd00:ec2::254', true],
  ['fd00:ec2::23', true],
  ['fd20:ce::254', true],
  ['fd00:42::42', true],
  ['fd00:c1::a9fe:a9fe', true],
  ['168.63.129.16', true],
  ['2002:a9fe:a9fe::1', true],
  ['::ffff:169.254.169.254', true],
  ['::ffff:a9fe:a9fe', true],
  ['64:ff9b::a9fe:a9fe', true],
  ['127.0.0.1', false],
  ['10.0.0.1', false],
  ['169.253.255.255', false],
  ['100.100.100.201', false],
  ['::1', false],
  ['fec0::1', false],
  ['fd00:ec2::253', false],
  ['::ffff:127.0.0.1', false],
])('%s is refused: %s', (address, refused) => {
  expect(isRefused(address)).toBe(refused)
})
