import { compare, explain, valid } from '@renovatebot/pep440'
import { compareDigits, compareText } from './digits.ts'

/** What setuptools made of versions before PEP 440: words and numbers, the words of a final release between the others. */
const legacyWords: Readonly<Record<string, string>> = { pre: 'c', preview: 'c', '-': 'final-', rc: 'c', dev: '@' }

const legacyParts = (version: string): readonly string[] => {
  const words = version.toLowerCase().match(/\d+|[a-z]+|-/g) ?? []
  return [...words.map((word) => (/^\d/.test(word) ? word : `*${legacyWords[word] ?? word}`)), '*final']
}

/** Numbers stand above words, as zero-padded text did. */
const comparePart = (a: string, b: string): number => {
  const numbers = [/^\d/.test(a), /^\d/.test(b)]
  if (numbers[0] && numbers[1]) return compareDigits(a, b)
  return numbers[0] === numbers[1] ? compareText(a, b) : numbers[0] ? 1 : -1
}

const compareLegacy = (a: string, b: string): number => {
  const [left, right] = [legacyParts(a), legacyParts(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = comparePart(left[at] ?? '*', right[at] ?? '*')
    if (order !== 0) return order
  }
  return 0
}

/** Compares versions as pip does; one that PEP 440 does not know stands below all that it knows. */
export const comparePep440 = (a: string, b: string): number => {
  const [left, right] = [valid(a) !== null, valid(b) !== null]
  if (left && right) return compare(a, b)
  return left === right ? compareLegacy(a, b) : left ? 1 : -1
}

/** Whether it is a version by PEP 440. */
export const isPep440 = (version: string): boolean => valid(version) !== null

/** `2.0.0+cpu` -> `2.0.0`; one without a local part as it is. */
export const withoutLocal = (version: string): string => explain(version)?.public ?? version
