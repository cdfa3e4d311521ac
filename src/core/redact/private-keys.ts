import type { Span } from './notation/view.ts'

const kind = String.raw`[A-Z0-9 +.-]{0,40}(?:PRIVATE[ +]KEY|Static[ +]key)(?:[ +]BLOCK|[ +]V\d)?`
const begin = new RegExp(String.raw`-{4,5} ?BEGIN[ +]${kind} ?-{4,5}`, 'gi')
const end = new RegExp(String.raw`-{4,5} ?END[ +]${kind} ?-{4,5}`, 'gi')
const worth = /PRIVATE[ +]KEY|Static[ +]key|Private-Lines/i
const putty = /Private-Lines: \d{1,4}\s{1,3}(?<v>(?:[A-Za-z0-9+/=]{16,}\s{0,3})+)/dg
const inKey = /[A-Za-z0-9+/=\s\\]/

const placesOf = (text: string, pattern: RegExp): readonly Span[] =>
  [...text.matchAll(pattern)].map((one) => ({ from: one.index, to: one.index + one[0].length }))

/** Shorter text before the end of a key is a word and no line of it. */
const shortestLine = 16

/** A line of a key behind what a log writes before its lines. */
const prefixedLine = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{32,400}={0,2}$/

const longestLine = 400

/** Where the line begins that `at` ends or lies in; undefined when it is too long for one of a key. */
const lineStart = (text: string, at: number): number | undefined => {
  const first = Math.max(0, at - longestLine)
  const lineBreak = text.slice(first, at).lastIndexOf('\n')
  return lineBreak === -1 && first > 0 ? undefined : first + lineBreak + 1
}

/** Where the lines begin that stand before `at` and are lines of a key, each behind the same words perhaps. */
const linesBefore = (text: string, at: number): number => {
  let from = at
  for (let begin = lineStart(text, at); begin !== undefined && begin > 0; ) {
    const before = lineStart(text, begin - 1)
    if (before === undefined || !prefixedLine.test(text.slice(before, begin - 1).trimEnd())) return from
    from = before
    begin = before
  }
  return from
}

/** Where the lines of a key begin that ends here: its first line was cut away. */
const backFrom = (text: string, at: number): number => {
  let from = at
  while (from > 0 && inKey.test(text[from - 1] ?? '')) from -= 1
  while (/\s/.test(text[from] ?? '')) from += 1
  return linesBefore(text, at - from < shortestLine ? at : from)
}

const puttySpans = (text: string): readonly Span[] =>
  [...text.matchAll(putty)].map(({ indices }) => {
    const [from, to] = indices?.groups?.['v'] ?? [0, 0]
    return { from, to }
  })

/** Neither the beginning nor the end: lines as long as those of keys, of letters of both cases and figures, one under another. */
const body = /(?<![^\n])(?:[A-Za-z0-9+/]{64}\n(?:[A-Za-z0-9+/]{64}(?:\n|$))+|[A-Za-z0-9+/]{70}\n(?:[A-Za-z0-9+/]{70}(?:\n|$))+)/g
const bodySpans = (text: string): readonly Span[] =>
  placesOf(text, body).filter(({ from, to }) => /[A-Z]/.test(text.slice(from, to)) && /[g-z]/.test(text.slice(from, to)))

/** Private keys in PEM form; one without an end (a cut text) goes up to the end of the text, and one without a beginning counts too. */
export const keySpans = (text: string): readonly Span[] => {
  const bodies = text.includes('\n') ? bodySpans(text) : []
  if (!worth.test(text)) return bodies
  const begins = placesOf(text, begin)
  const spans: Span[] = [...bodies, ...puttySpans(text)]
  let next = 0
  let covered = 0
  for (const one of placesOf(text, end)) {
    const first = begins[next]
    const opened = first !== undefined && first.from < one.from
    spans.push({ from: opened ? first.from : backFrom(text, one.from), to: one.to })
    covered = one.to
    while ((begins[next]?.from ?? Number.POSITIVE_INFINITY) < covered) next += 1
  }
  const open = begins[next]
  return open === undefined ? spans : [...spans, { from: open.from, to: text.length }]
}
