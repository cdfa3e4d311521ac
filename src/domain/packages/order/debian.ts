import { compareDigits } from './digits.ts'

type Parts = { readonly epoch: string; readonly upstream: string; readonly revision: string }

const partsOf = (version: string): Parts => {
  const text = version.trim()
  const colon = text.indexOf(':')
  const rest = text.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon === -1 ? '0' : text.slice(0, colon),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    // A missing revision is the earliest there is.
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  }
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)

/** `~` before the end, the end before letters, letters before everything else. A digit ends the word. */
const weightOf = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  if (Number.isNaN(code) || isDigit(code)) return 0
  if (code === 126) return -1
  return isLetter(code) ? code : code + 256
}

const digitsEnd = (text: string, from: number): number => {
  let at = from
  while (at < text.length && isDigit(text.charCodeAt(at))) at += 1
  return at
}

/** A word of other characters, then a number, and so on, both sides in step. */
const compareRuns = (a: string, b: string): number => {
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const order = weightOf(a, i) - weightOf(b, j)
      if (order !== 0) return order
      i += 1
      j += 1
    }
    const [endA, endB] = [digitsEnd(a, i), digitsEnd(b, j)]
    const order = compareDigits(a.slice(i, endA), b.slice(j, endB))
    if (order !== 0) return order
    i = endA
    j = endB
  }
  return 0
}

/** Compares versions as dpkg does (deb-version(7)). */
export const compareDebian = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)]
  return compareDigits(left.epoch, right.epoch) || compareRuns(left.upstream, right.upstream) || compareRuns(left.revision, right.revision)
}
