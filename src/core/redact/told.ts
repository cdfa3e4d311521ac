import { type Automaton, createAutomaton } from './notation/automaton.ts'
import { type Likeness, likeText, likeView } from './notation/loose.ts'
import { pieceEnd, type Span, sourceSpan, type TextReading } from './notation/view.ts'
import type { Needles } from './secret-forms.ts'

/** Finds what it was told in one reading of a text. */
export type Finder = (view: TextReading, into: Span[]) => void

const beginningLength = 8
const cutBeginning = 4
/** Servers cut with three dots, as people do: those need more to be taken for a cut. */
const dottedBeginning = 6
/** A text that ends within a secret was cut without saying so: then this much of it, and half of it, must be there. */
const silentBeginning = 8

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
/** An expression much longer than this is refused by the engine, in words that repeat it. */
const mostInExpression = 500

/** Whether one of the beginnings stands in a text: a cheap look before the thorough one. */
const anyBeginning = (words: readonly string[], length: number): ((text: string) => boolean) => {
  const all = [...new Set(words.map((word) => word.slice(0, length)))].map(literal)
  const expressions: RegExp[] = []
  for (let at = 0; at < all.length; at += mostInExpression) expressions.push(new RegExp(all.slice(at, at + mostInExpression).join('|')))
  return (text) => expressions.some((one) => one.test(text))
}

const reversed = (text: string): string => {
  let so = ''
  for (let at = text.length - 1; at >= 0; at -= 1) so += text[at]
  return so
}

const cutAt = (text: string, at: number): 'mark' | 'dots' | undefined =>
  text.charCodeAt(at) === 0x2026 ? 'mark' : text.startsWith('...', at) ? 'dots' : undefined

/** Whether as much of a word as this, before a cut or at the end of the text, is the beginning of a secret. */
const isBeginning = (text: string, at: number, depth: number, goal: number): boolean => {
  if (at === text.length || text.charCodeAt(at) === pieceEnd) return depth >= Math.max(silentBeginning, goal / 2) && depth < goal
  const cut = cutAt(text, at)
  return (cut === 'mark' && depth >= cutBeginning) || (cut === 'dots' && depth >= dottedBeginning)
}

type Found = (from: number, to: number) => void

/** Calls back for each word, and for each beginning of one that a cut left. */
const walk = (text: string, { next, depth, ends, goal }: Automaton, found: Found): void => {
  let state = 0
  for (let at = 0; at < text.length; at += 1) {
    if (state !== 0 && isBeginning(text, at, depth(state), goal(state))) found(at - depth(state), at)
    state = next(state, text.charCodeAt(at))
    const length = ends(state)
    if (length > 0) found(at + 1 - length, at + 1)
  }
  if (state !== 0 && isBeginning(text, text.length, depth(state), goal(state))) found(text.length - depth(state), text.length)
}

const cutMarks = /…|\.\.\./

const lazily = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const finderFor = (words: readonly string[], likeness: Likeness): Finder => {
  const begins = anyBeginning(words, beginningLength)
  const beginsShort = anyBeginning(words, cutBeginning)
  // The end of a URL is its host and its path: no secret by itself.
  const backwards = words.filter((word) => !word.includes('@')).map(reversed)
  const endsLong = anyBeginning(
    backwards.map((word) => reversed(word.slice(0, beginningLength))),
    beginningLength,
  )
  const forward = lazily(() => createAutomaton(words))
  const backward = lazily(() => createAutomaton(backwards))
  return (view, into) => {
    const text = likeText(view.text, likeness)
    const isCut = cutMarks.test(text)
    const hasBeginning = begins(text) || (isCut && beginsShort(text))
    const hasEnd = endsLong(text)
    if (!hasBeginning && !hasEnd) return
    const alike = likeView(view, likeness)
    const keep: Found = (from, to) => into.push(sourceSpan(alike, from, to))
    if (hasBeginning) walk(alike.text, forward(), keep)
    if (hasEnd) walk(reversed(alike.text), backward(), (from, to) => keep(alike.text.length - to, alike.text.length - from))
  }
}

/** A finder of everything that was told. */
export const createFinder = (needles: Needles): Finder => {
  const finders = (Object.entries(needles) as [Likeness, readonly string[]][])
    .filter(([, words]) => words.length > 0)
    .map(([likeness, words]) => finderFor(words, likeness))
  return (view, into) => {
    for (const find of finders) find(view, into)
  }
}
