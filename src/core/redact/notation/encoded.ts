import { cutMark } from '../../text/plain.ts'
import { putBase64, putDecimal, putHex, sextets } from './decode.ts'
import { type CharacterClass, characterClass } from './runs.ts'
import type { TextReading, ViewWriter } from './view.ts'

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

const hexDigit = characterClass(/[0-9a-f]/i)
const hexBreak = characterClass(/[\s:,;x-]/i)
const digit = characterClass(/\d/)
const digitBreak = characterClass(/[\s,]/)
const mostBreaks = 4

/** Runs of digits with short breaks in them. Counted by hand: an expression that repeats a group runs out of stack in a long text. */
const digitRuns = (text: string, digits: CharacterClass, breaks: CharacterClass): readonly Run[] => {
  const runs: Run[] = []
  let [from, to, count] = [0, 0, 0]
  const close = (): void => {
    if (count >= shortestRun) runs.push({ from, to })
    count = 0
  }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (digits[code] === 1) {
      if (count === 0) from = at
      to = at + 1
      count += 1
    } else if (count > 0 && (breaks[code] !== 1 || at - to >= mostBreaks)) close()
  }
  close()
  return runs
}

const isCutAt = (text: string, at: number): boolean => text[at] === cutMark || text.startsWith('...', at)

/** What could be looked for: `short`, under 8 characters; `wide`, with other characters than those of ASCII. */
export type SecretLengths = { readonly short: boolean; readonly wide: boolean }

/** Writes what the encoded runs of a text say: base64 at each alignment, hexadecimal and decimal bytes.  */
export const undoEncodings = ({ text }: TextReading, making: () => ViewWriter, wanted: SecretLengths): void => {
  const each = (runs: readonly Run[], put: typeof putBase64): void => {
    for (const { from, to } of runs) put(text.slice(from, to), from, { making, isCut: isCutAt(text, to), ...wanted })
  }
  each(base64Runs(text), putBase64)
  each(digitRuns(text, hexDigit, hexBreak), putHex)
  each(digitRuns(text, digit, digitBreak), putDecimal)
}
