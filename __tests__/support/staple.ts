/** Bytes of DER: a tag, its length, its content. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const head = content.length < 128 ? [tag, content.length] : [tag, 0x82, content.length >> 8, content.length & 255]
  return Buffer.concat([Buffer.from(head), content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
/** `2026-11-22T02:17:00Z` as GeneralizedTime. */
const time = (iso: string): Buffer => der(0x18, Buffer.from(iso.replace(/[-:T]/g, '')))

const statusTags = { good: 0x80, revoked: 0xa1, unknown: 0x82 }

/** An OCSP response with one answer, unsigned: nothing reads its signature. */
export const stapleOf = (status: keyof typeof statusTags, thisUpdate: string, nextUpdate?: string): Buffer => {
  const next = nextUpdate === undefined ? [] : [der(0xa0, time(nextUpdate))]
  const single = sequence(sequence(), der(statusTags[status]), time(thisUpdate), ...next)
  const data = sequence(der(0xa1), time(thisUpdate), sequence(single))
  const octets = der(0x04, sequence(data))
  return sequence(der(0x0a, Buffer.from([0])), der(0xa0, sequence(der(0x06, Buffer.from([1])), octets)))
}
