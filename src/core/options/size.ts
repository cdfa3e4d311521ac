import type { z } from 'zod'
import { type ParsedText, parsedText, type TextKind } from './parsed-text.ts'
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
export type SizeUnit = keyof typeof unitBytes
const units = Object.keys(unitBytes) as SizeUnit[]
const largestFirst = units.toSorted((a, b) => unitBytes[b] - unitBytes[a])

const written = /^(\d{1,16}(?:\.\d{1,6})?) ?([kKMGT]?B|[KMGT]iB)$/
const expected = 'a size such as 512MB or 2GiB'

/** `512M`, `512 mb` and `2gib` as they would be written; undefined for anything else. */
const otherwiseWritten = (text: string): string | undefined => {
  const [, number, word = ''] = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]{1,4})$/i.exec(text) ?? []
  const unit = units.find((one) => [word, `${word}B`].some((given) => given.toLowerCase() === one.toLowerCase()))
  return number === undefined || unit === undefined ? undefined : `${number}${unit}`
}

/** `2GiB` -> bytes. */
const readSize = (text: string, usual: SizeUnit | undefined): ParsedText<number> => {
  const [, number, unit] = written.exec(text) ?? []
  if (number !== undefined) return { value: Math.round(Number(number) * unitBytes[unit as SizeUnit]) }
  const others = (['MB', 'GiB'] as const).filter((one) => one !== usual)
  const offered = [...(usual === undefined ? [] : [usual]), ...others].slice(0, 2)
  if (/^\d+(\.\d+)?$/.test(text)) return { mistake: `"${text}" has no unit; write ${offered.map((one) => `${text}${one}`).join(' or ')}` }
  const instead = otherwiseWritten(text)
  return { mistake: `${shown(text)} is not ${expected}${instead === undefined ? '' : `; write ${instead}`}` }
}

/** Bytes as an option is written, exactly: 2147483648 -> `2GiB`. */
export const writeSize = (bytes: number): string => {
  const unit = largestFirst.find((one) => bytes >= unitBytes[one] && Number.isInteger(bytes / unitBytes[one])) ?? 'B'
  return `${bytes / unitBytes[unit]}${unit}`
}

/** `usual`: the unit that is offered first where none was written, that of the option's default. */
export type SizeLimits = { readonly usual?: SizeUnit | undefined }

/** How a size is read; gives bytes. */
export const sizeText = ({ usual }: SizeLimits = {}): TextKind<number> => ({
  expected,
  pattern: written,
  read: (text) => readSize(text, usual),
})

/** A size with its unit, decimal (MB) or binary (MiB); gives bytes. Write a default with `.prefault('512MB')`. */
export const size = (limits: SizeLimits = {}): z.ZodType<number, string> => parsedText(sizeText(limits))
