import { crc32, deflateRawSync } from 'node:zlib'

const numbers = (...pairs: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer =>
  Buffer.concat(
    pairs.map(([bytes, value]) => {
      const one = Buffer.alloc(bytes)
      one.writeUIntLE(value, 0, bytes)
      return one
    }),
  )

const common = (name: string, content: Buffer, packed: Buffer) =>
  numbers(
    [2, 20],
    [2, 0],
    [2, 8],
    [4, 0],
    [4, crc32(content)],
    [4, packed.length],
    [4, content.length],
    [2, Buffer.byteLength(name)],
    [2, 0],
  )

/** An archive of some texts, as OSV publishes its records. */
export const zipOf = (files: Readonly<Record<string, string>>): Buffer => {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    const body = Buffer.concat([numbers([4, 0x04034b50]), common(name, content, packed), Buffer.from(name), packed])
    const rest = numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, offset])
    directory.push(Buffer.concat([numbers([4, 0x02014b50], [2, 20]), common(name, content, packed), rest, Buffer.from(name)]))
    bodies.push(body)
    offset += body.length
  }
  const list = Buffer.concat(directory)
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, bodies.length], [2, bodies.length], [4, list.length], [4, offset], [2, 0])
  return Buffer.concat([...bodies, list, end])
}
