import { compareDigits, compareText } from './digits.ts'

/** Suffixes by their order; a version without one stands between `rc` and `cvs`. */
const suffixes = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p']

type Suffix = { readonly word: string; readonly number: string }
type Parts = {
  readonly numbers: readonly string[]
  readonly letter: string
  readonly suffixes: readonly Suffix[]
  /** Of the commit, behind a `~`. */
  readonly hash: string
  readonly revision: string
}

/** What follows and is none of these is not compared. */
const version = /^(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:~([0-9a-f]+))?(?:-r(\d+))?/

const suffixesOf = (text: string): readonly Suffix[] =>
  [...text.matchAll(/_([a-z]+)(\d*)/g)].map(([, word = '', number = '']) => ({ word, number: number || '0' }))

/** Nothing for what is no version of Alpine. */
const partsOf = (text: string): Parts | undefined => {
  const [, numbers, letter = '', rest = '', hash = '', revision = '0'] = version.exec(text.trim()) ?? []
  return numbers === undefined ? undefined : { numbers: numbers.split('.'), letter, suffixes: suffixesOf(rest), hash, revision }
}

/** The first number counts as a number; a later one that begins with 0 is compared as text, like a fraction. */
const compareNumber = (a: string, b: string, at: number): number =>
  at > 0 && (a.startsWith('0') || b.startsWith('0')) ? compareText(a, b) : compareDigits(a, b)

const compareNumbers = (a: readonly string[], b: readonly string[]): number => {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [one, other] = [a[at], b[at]]
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1
    const order = compareNumber(one, other, at)
    if (order !== 0) return order
  }
  return 0
}

const none: Suffix = { word: '', number: '0' }

const compareSuffixes = (a: readonly Suffix[], b: readonly Suffix[]): number => {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [one, other] = [a[at] ?? none, b[at] ?? none]
    const order = suffixes.indexOf(one.word) - suffixes.indexOf(other.word) || compareDigits(one.number, other.number)
    if (order !== 0) return order
  }
  return 0
}

/** Compares versions as apk does; what is no version stands below all that are. */
export const compareAlpine = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)]
  if (left === undefined || right === undefined) return left === right ? compareText(a, b) : left === undefined ? -1 : 1
  return (
    compareNumbers(left.numbers, right.numbers) ||
    compareText(left.letter, right.letter) ||
    compareSuffixes(left.suffixes, right.suffixes) ||
    compareText(left.hash, right.hash) ||
    compareDigits(left.revision, right.revision)
  )
}
