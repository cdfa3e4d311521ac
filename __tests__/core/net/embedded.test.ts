import { expect, test } from '@jest/globals'
import { embeddedIpv4 } from '../../../src/core/net/embedded.ts'

// The table of RFC 6052, 2.4: one address behind a prefix of each length.
test.each([
  ['2001:db8:c000:221::'],
  ['2001:db8:1c0:2:21::'],
  ['2001:db8:122:c000:2:2100::'],
  ['2001:db8:122:3c0:0:221::'],
  ['2001:db8:122:344:c0:2:2100::'],
  ['2001:db8:122:344::192.0.2.33'],
  ['::ffff:192.0.2.33'],
  ['2002:c000:221::1'],
  ['2001:0:c000:221::'],
  ['2001:0:0:0:0:0:3fff:fdde'],
  ['2001:db8::5efe:c000:221'],
])('192.0.2.33 is read out of %s', (address) => {
  expect(embeddedIpv4(address)).toContain('192.0.2.33')
})

test('what is no IPv6 address holds none', () => {
  expect([embeddedIpv4('192.0.2.33'), embeddedIpv4('quiz.example')]).toEqual([[], []])
})
