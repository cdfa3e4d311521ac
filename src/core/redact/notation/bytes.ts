import type { ViewWriter } from './view.ts'

/** Bytes that a notation names one by one, each with the part of the text that it stands in. */
export type Bytes = { readonly values: number[]; readonly from: number[]; readonly to: number[] }

export const noBytes = (): Bytes => ({ values: [], from: [], to: [] })

export const addByte = (bytes: Bytes, value: number, from: number, to: number): void => {
  bytes.values.push(value)
  bytes.from.push(from)
  bytes.to.push(to)
}

const continues = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x80 && byte < 0xc0

/** How many bytes the UTF-8 sequence at `at` has; 0 when none begins there. */
export const sequenceLength = (values: ArrayLike<number>, at: number): number => {
  const first = values[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  for (let more = 1; more < length; more += 1) if (!continues(values[at + more])) return 0
  return length
}

/** The code point of a sequence of this length. */
export const sequenceCode = (values: ArrayLike<number>, at: number, length: number): number => {
  const first = values[at] ?? 0
  if (length <= 1) return first
  let code = first & (0xff >> (length + 1))
  for (let more = 1; more < length; more += 1) code = (code << 6) | ((values[at + more] ?? 0) & 0x3f)
  return code
}

/** Bytes as the text they are: UTF-8, and what is none as Latin-1. */
export const putBytes = ({ values, from, to }: Bytes, writer: ViewWriter): void => {
  for (let at = 0; at < values.length; ) {
    const length = Math.max(1, sequenceLength(values, at))
    writer.codePoint(sequenceCode(values, at, length), from[at] ?? 0, to[at + length - 1] ?? 0)
    at += length
  }
}
