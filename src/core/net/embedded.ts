import { isIP } from 'node:net'

/** The four bytes at these places as an address; `turned` are the bits to turn in each. */
const addressAt = (bytes: readonly number[], places: readonly number[], turned = 0): string =>
  places.map((place) => (bytes[place] ?? 0) ^ turned).join('.')

const groupsOf = (text: string): readonly number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))

/** The sixteen bytes of an IPv6 address in any of its spellings, without its zone. */
export const bytesOfIpv6 = (address: string): readonly number[] => {
  const last = address.slice(address.lastIndexOf(':') + 1)
  const [a = 0, b = 0, c = 0, d = 0] = last.split('.').map(Number)
  const dotted = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  const plain = last.includes('.') ? `${address.slice(0, address.length - last.length)}${dotted}` : address
  const [head = '', tail] = plain.split('::', 2)
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff])
}

/** RFC 6052: where the address stands behind a prefix of 32, 40, 48, 56, 64 or 96 bits; the byte at 8 is always empty. */
const translated: readonly (readonly [number, number, number, number])[] = [
  [4, 5, 6, 7],
  [5, 6, 7, 9],
  [6, 7, 9, 10],
  [7, 9, 10, 11],
  [9, 10, 11, 12],
  [12, 13, 14, 15],
]

const startsWith = (bytes: readonly number[], start: readonly number[]): boolean => start.every((byte, index) => bytes[index] === byte)

/** `64:ff9b::/32` is for translators alone (RFC 6052, RFC 8215). An operator may take any other prefix: there the rest has to be empty, as the RFC asks. */
const behindTranslators = (bytes: readonly number[]): readonly string[] => {
  const isTheirs = startsWith(bytes, [0x00, 0x64, 0xff, 0x9b])
  return translated
    .filter((places) => isTheirs || (bytes[8] === 0 && bytes.slice((places.at(-1) ?? 0) + 1).every((byte) => byte === 0)))
    .map((places) => addressAt(bytes, places))
}

const tunnels: readonly { readonly start: readonly number[]; readonly read: (bytes: readonly number[]) => readonly string[] }[] = [
  // SIIT (RFC 2765): as a mapped one, one group further to the left.
  { start: [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], read: (bytes) => [addressAt(bytes, [12, 13, 14, 15])] },
  // 6to4 (RFC 3056).
  { start: [0x20, 0x02], read: (bytes) => [addressAt(bytes, [2, 3, 4, 5])] },
  // Teredo (RFC 4380): its server, and the client behind it with all bits turned.
  { start: [0x20, 0x01, 0, 0], read: (bytes) => [addressAt(bytes, [4, 5, 6, 7]), addressAt(bytes, [12, 13, 14, 15], 0xff)] },
]

/** ISATAP (RFC 5214) marks the second half of an address, whatever the first is. */
const isIsatap = (bytes: readonly number[]): boolean => ((bytes[8] ?? 0) & 0xfc) === 0 && startsWith(bytes.slice(9), [0, 0x5e, 0xfe])

/**
 * Every IPv4 address that some router between here and there could read out of an IPv6 address. Compatible and mapped ones end in it as one
 * behind a prefix of 96 bits does.
 */
export const embeddedIpv4 = (address: string): readonly string[] => {
  if (isIP(address) !== 6) return []
  const bytes = bytesOfIpv6(address)
  const tunnelled = tunnels.filter(({ start }) => startsWith(bytes, start)).flatMap(({ read }) => read(bytes))
  const inSite = isIsatap(bytes) ? [addressAt(bytes, [12, 13, 14, 15])] : []
  return [...new Set([...behindTranslators(bytes), ...tunnelled, ...inSite])]
}
