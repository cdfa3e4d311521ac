import { type Der, elementsOf, objectId, readDer } from './der.ts'

const [utf8, bmp, universal] = [0x0c, 0x1e, 0x1c]
/** Printable, teletex, IA5 and visible strings. */
const narrow: ReadonlySet<number> = new Set([0x13, 0x14, 0x16, 0x1a])

const wide = (content: Buffer, size: 2 | 4): string =>
  Array.from({ length: Math.floor(content.length / size) }, (_, index) => content.readUIntBE(index * size, size))
    .map((code) => (code <= 0x10_ffff ? String.fromCodePoint(code) : '\ufffd'))
    .join('')

/** The text of a string, whatever type it has; undefined for what is none. */
export const stringOf = ({ tag, content }: Pick<Der, 'tag' | 'content'>): string | undefined => {
  if (tag === utf8) return content.toString('utf8')
  if (narrow.has(tag)) return content.toString('latin1')
  if (tag === bmp) return wide(content, 2)
  return tag === universal ? wide(content, 4) : undefined
}

const asciiLower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** `2.5.4.3=test root`: the type of string, case and repeated blanks do not matter (RFC 5280, 7.1). */
const attributeOf = (pair: Der): string => {
  const [type, value] = elementsOf(pair.content)
  if (type === undefined || value === undefined) return pair.whole.toString('latin1')
  const text = stringOf(value)
  const compared = text === undefined ? value.whole.toString('latin1') : asciiLower(text.trim().replaceAll(/[\t-\r ]+/g, ' '))
  return `${objectId(type.content)}=${compared}`
}

/** A Name in the one form in which names are compared, as OpenSSL does it; not for people. */
export const comparedName = (name: Buffer): string =>
  elementsOf(readDer(name)?.content ?? name)
    .map((set) => elementsOf(set.content).map(attributeOf).toSorted().join('\u0001'))
    .join('\u0002')
