import { expect, test } from '@jest/globals'
import { crc32c, crc32cText } from '../../src/core/crc32c.ts'

/** RFC 3720, appendix B.4, and the check value of the catalogue of CRCs. */
test.each([
  [Buffer.from('123456789'), 0xe3069283],
  [Buffer.alloc(32), 0x8a9136aa],
  [Buffer.alloc(32, 0xff), 0x62a8ab43],
  [Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
])('%s', (bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum)
  expect(crc32c(bytes.subarray(7), crc32c(bytes.subarray(0, 7)))).toBe(sum)
})

test('is written as the storage writes it', () => {
  expect(crc32cText(0xe3069283)).toBe('4waSgw==')
})
