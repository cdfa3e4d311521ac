/** One element of DER, its bytes shared with the whole. */
export type Der = { readonly tag: number; readonly content: Buffer; readonly whole: Buffer }

/** More than any real certificate has in one place; what follows is not read. */
const maxElements = 1_000
const longestLengthBytes = 4

/** The element at the beginning; `undefined` when there is none, or its length does not fit. */
export const readDer = (bytes: Buffer): Der | undefined => {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || sizeBytes > longestLengthBytes || bytes.length < 2 + sizeBytes) return undefined
  const length = sizeBytes === 0 ? first : bytes.readUIntBE(2, sizeBytes)
  const start = 2 + sizeBytes
  if (start + length > bytes.length) return undefined
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) }
}

/** The elements of a SEQUENCE or SET, as far as they can be read. */
export const elementsOf = (content: Buffer, most = maxElements): readonly Der[] => {
  const found: Der[] = []
  let rest = content
  while (rest.length > 0 && found.length < most) {
    const one = readDer(rest)
    if (one === undefined) break
    found.push(one)
    rest = rest.subarray(one.whole.length)
  }
  return found
}

const maxObjectIdBytes = 64

/** An OBJECT IDENTIFIER's content as `1.2.840.113549`; empty when it is none. */
export const objectId = (content: Buffer): string => {
  const numbers: number[] = []
  let number = 0
  for (const byte of content.subarray(0, maxObjectIdBytes)) {
    number = number * 128 + (byte & 0x7f)
    if ((byte & 0x80) !== 0) continue
    if (numbers.length === 0) numbers.push(Math.min(2, Math.floor(number / 40)), number - 40 * Math.min(2, Math.floor(number / 40)))
    else numbers.push(number)
    number = 0
  }
  return numbers.join('.')
}
