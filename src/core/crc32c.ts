/** Castagnoli's polynomial, reflected. */
const polynomial = 0x82f63b78

const table = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1
  return value
})

/** CRC-32C of bytes that follow others: `previous` is what it was before them. Node has only the other CRC-32. */
export const crc32c = (bytes: Uint8Array, previous = 0): number => {
  let value = ~previous
  for (let at = 0; at < bytes.length; at += 1) value = (table[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8)
  return ~value >>> 0
}

/** As Google's storage writes it: base64 of four bytes, the highest first. */
export const crc32cText = (value: number): string => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes.toString('base64')
}
