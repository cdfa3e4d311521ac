import { cutMark } from '../../text/plain.ts'
import { putBase64, putDecimal, putHex, sextets } from './decode.ts'
import { characterClass, hasRun } from './runs.ts'
import type { View, ViewWriter } from './view.ts'

/** A run that goes on behind white space must be this long: words do not. */
const wrappedRun = 16
const shortestRun = 8

type Run = { readonly from: number; readonly to: number }

const isSpace = (code: number): boolean => code === 0x20 || (code >= 9 && code <= 13)
const isSextet = (code: number): boolean => (sextets[code] ?? -1) >= 0
const marksBase64 = (code: number): boolean => (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a)

/** Where a run of base64 characters that begins at `at` ends, and whether it holds a capital or a digit: words and paths hold none. */
const runAt = (text: string, at: number): { readonly end: number; readonly marked: boolean } => {
  let end = at
  let marked = false
  for (; end < text.length && isSextet(text.charCodeAt(end)); end += 1) marked ||= marksBase64(text.charCodeAt(end))
  return { end, marked }
}

const mostBlanks = 64

/** The next line of a run that was broken into lines: where it begins. */
const nextLine = (text: string, end: number): number | undefined => {
  let at = text[end] === '=' ? end + 1 : end
  const first = at
  while (at - first < mostBlanks && isSpace(text.charCodeAt(at))) at += 1
  return at > first ? at : undefined
}

/** Everything that could be base64 of six bytes or more. */
const base64Runs = (text: string): readonly Run[] => {
  const runs: Run[] = []
  for (let at = 0; at < text.length; ) {
    if (!isSextet(text.charCodeAt(at))) {
      at += 1
      continue
    }
    let { end, marked } = runAt(text, at)
    let [last, isLong] = [end - at, end - at >= wrappedRun]
    while (isLong && last >= wrappedRun) {
      const begin = nextLine(text, end)
      const more = begin === undefined ? undefined : runAt(text, begin)
      if (begin === undefined || more === undefined || more.end === begin) break
      last = more.end - begin
      marked ||= more.marked
      end = more.end
      isLong = true
    }
    if (marked && end - at >= shortestRun) runs.push({ from: at, to: end })
    at = end
  }
  return runs
}

const hexRun = /(?:0x)?[0-9a-f]{2}(?:[\s:,;-]{0,3}(?:0x)?[0-9a-f]{2}){3,}[0-9a-f]?/gi
const decimalRun = /(?<![\d.])\d{1,3}(?:(?:,\s{0,3}|\s{1,3})\d{1,3}(?![\d.])){3,}/g
const hexOrBreak = characterClass(/[0-9a-fx\s:,;-]/i)
const digitOrBreak = characterClass(/[\d\s,]/)
const mayBeHex = /(?:[0-9a-f]{2}(?:[\s:,;-]{1,3}(?:0x)?)?){4}/i
const mayBeDecimal = /(?:\d{1,3}[\s,]{1,3}){3}\d/

const runsOf = (text: string, pattern: RegExp): readonly Run[] =>
  [...text.matchAll(pattern)].map((one) => ({ from: one.index, to: one.index + one[0].length }))

const isCutAt = (text: string, at: number): boolean => text[at] === cutMark || text.startsWith('...', at)

/** What could be looked for: `short`, under 8 characters; `wide`, with other characters than those of ASCII. */
export type Wanted = { readonly short: boolean; readonly wide: boolean }

/** Writes what the encoded runs of a text say: base64 at each alignment, hexadecimal and decimal bytes.  */
export const undoEncodings = ({ text }: View, making: () => ViewWriter, wanted: Wanted): void => {
  const each = (runs: readonly Run[], put: typeof putBase64): void => {
    for (const { from, to } of runs) put(text.slice(from, to), from, { making, isCut: isCutAt(text, to), ...wanted })
  }
  each(base64Runs(text), putBase64)
  if (hasRun(text, hexOrBreak, 8) && mayBeHex.test(text)) each(runsOf(text, hexRun), putHex)
  if (hasRun(text, digitOrBreak, 10) && mayBeDecimal.test(text)) each(runsOf(text, decimalRun), putDecimal)
}
