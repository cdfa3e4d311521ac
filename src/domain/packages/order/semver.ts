import parse from 'semver/functions/parse.js'
import { compareDigits, compareText } from './digits.ts'

const isNumber = (word: string): boolean => /^\d+$/.test(word)

/** A number stands below a word. */
const compareWord = (a: string, b: string): number => {
  if (isNumber(a) && isNumber(b)) return compareDigits(a, b)
  return isNumber(a) === isNumber(b) ? compareText(a, b) : isNumber(a) ? -1 : 1
}

/** A version without a part of this kind stands above those with one; of two, the one that ends first stands below. */
const comparePre = (a: string, b: string): number => {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1
  const [left, right] = [a.split('.'), b.split('.')]
  for (const [at, one] of left.entries()) {
    const other = right[at]
    const order = other === undefined ? 1 : compareWord(one, other)
    if (order !== 0) return order
  }
  return left.length - right.length
}

type Words = { readonly main: readonly string[]; readonly pre: string }

/** `v1.2.3-rc.1+build` in its words, whatever their number and length. */
const wordsOf = (version: string): Words => {
  const [whole = ''] = version
    .trim()
    .replace(/^[=v]{1,2}/, '')
    .split('+')
  const dash = whole.indexOf('-')
  const main = dash === -1 ? whole : whole.slice(0, dash)
  return { main: main.split('.'), pre: dash === -1 ? '' : whole.slice(dash + 1) }
}

/** For what the library refuses: numbers above 2^53, `1.2`, a fourth number. */
const compareWords = (a: Words, b: Words): number => {
  for (let at = 0; at < Math.max(a.main.length, b.main.length); at += 1) {
    const order = compareDigits(a.main[at] ?? '0', b.main[at] ?? '0')
    if (order !== 0) return order
  }
  return comparePre(a.pre, b.pre)
}

/** Compares versions as npm does. */
export const compareSemver = (a: string, b: string): number => {
  const [left, right] = [parse(a, true), parse(b, true)]
  return left === null || right === null ? compareWords(wordsOf(a), wordsOf(b)) : left.compare(right)
}

/** The version that the registry calls so: `v04.17.20+x` -> `4.17.20`. */
export const plainSemver = (version: string): string => {
  const { main, pre } = wordsOf(version)
  return `${main.map((number) => number.replace(/^0{1,200}(?=\d)/, '')).join('.')}${pre === '' ? '' : `-${pre}`}`
}

/** Whether npm would take it for a version at all. */
export const isSemver = (version: string): boolean => /^[=v]{0,2}\d+(?:\.\d+){0,3}(?:[-+][0-9A-Za-z.+-]*)?$/.test(version)
