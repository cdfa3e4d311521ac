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
  // Compatible, mapped and SIIT, also written as hexadecimal, in full and with a zone.
  ['::a9fe:a9fe', true],
  ['::169.254.169.254', true],
  ['0:0:0:0:0:ffff:a9fe:a9fe', true],
  ['::FFFF:A9FE:A9FE%3', true],
  ['::ffff:0:a9fe:a9fe', true],
  ['::ffff:0:169.254.169.254', true],
  ['::ffff:168.63.129.16', true],
  ['::6464:64c8', true],
  // Translators (RFC 6052, RFC 8215), with each length of prefix; by the first two names also where more follows.
  ['64:ff9b::c000:c0', true],
  ['64:ff9b:1::a9fe:a9fe', true],
  ['64:ff9b:1:a9fe:a9:fe00::', true],
  ['64:ff9b:1:a9fe:a9:fe00:1:2', true],
  ['64:ff9b:1:a9:fe:a9fe::', true],
  ['64:ff9b:1:ffff:a9:fea9:fe00::', true],
  ['64:ff9b:1:abcd::a83f:8110', true],
  ['64:ff9b:a9fe:a9fe::', true],
  ['2001:db8:a9fe:a9fe::', true],
  ['2001:db8:1a9:fea9:fe::', true],
  ['2001:db8:122:a9fe:a9:fe00::', true],
  ['2001:db8:122:3a9:fe:a9fe::', true],
  ['2001:db8:122:344:a9:fea9:fe00::', true],
  ['2001:db8:122:344::169.254.169.254', true],
  // Tunnels: 6to4, Teredo's server and client, ISATAP.
  ['2002:a83f:8110::1', true],
  ['2001:0:a9fe:a9fe::1', true],
  ['2001:0:4136:e378:8000:63bf:5601:5601', true],
  ['fd12::5efe:169.254.169.254', true],
  ['2a01:4f8::200:5efe:a9fe:a9fe', true],
  ['127.0.0.1', false],
  ['10.0.0.1', false],
  ['169.253.255.255', false],
  ['100.100.100.201', false],
  ['::1', false],
  ['fec0::1', false],
  ['fd00:ec2::253', false],
  ['::ffff:127.0.0.1', false],
  ['::', false],
  ['::ffff:0:10.0.0.1', false],
  ['64:ff9b::10.0.0.1', false],
  ['64:ff9b:1::10.0.0.1', false],
  ['2002:a00:1::1', false],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', false],
  ['2a01:4f8:a9fe:1234::1', false],
  ['2a01:4f8:c0c:1234:d4a8:3bff:a9fe:1', false],
  ['fd00::5efe:10.0.0.1', false],
])('%s is refused: %s', (address, refused) => {
  expect(isRefused(address)).toBe(refused)
})

test.each(['', 'metadata', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '169.254.43518'])(
  '%j is no address, and no connection is opened',
  (text) => {
    expect(isRefused(text)).toBe(true)
  },
)

test.each([
  '2852039166',
  '0xa9fea9fe',
  '0xa9.0xfe.0xa9.0xfe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '169.16689662',
  '１６９.254.169.254',
  '169。254。169。254',
])('http://%s/ is the metadata service in another spelling', (host) => {
  expect(isRefused(new URL(`http://${host}/`).hostname)).toBe(true)
})
