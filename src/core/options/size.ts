import type { z } from 'zod'
import { type ParsedText, parsedText } from './parsed-text.ts'
import { shown } from './shown.ts'

const unitBytes = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const
type Unit = keyof typeof unitBytes
const largestFirst = (Object.keys(unitBytes) as Unit[]).toSorted((a, b) => unitBytes[b] - unitBytes[a])

const written = /^(\d{1,16}(?:\.\d{1,6})?)([kKMGT]?B|[KMGT]iB)$/
const expected = 'a size such as 512MB or 2GiB'

/** `2GiB` -> bytes. */
const readSize = (text: string): ParsedText<number> => {
  const [, number, unit] = written.exec(text) ?? []
  if (number !== undefined) return { value: Math.round(Number(number) * unitBytes[unit as Unit]) }
  if (/^\d+(\.\d+)?$/.test(text)) return { mistake: `"${text}" has no unit; write ${text}MB or ${text}GiB` }
  return { mistake: `${shown(text)} is not ${expected}` }
}

/** Bytes as an option is written, exactly: 2147483648 -> `2GiB`. */
export const writeSize = (bytes: number): string => {
  const unit = largestFirst.find((one) => bytes >= unitBytes[one] && Number.isInteger(bytes / unitBytes[one])) ?? 'B'
  return `${bytes / unitBytes[unit]}${unit}`
}

/** A size with its unit, decimal (MB) or binary (MiB); gives bytes. Write a default with `.prefault('512MB')`. */
export const size = (): z.ZodType<number, string> => parsedText({ expected, pattern: written, read: readSize })
