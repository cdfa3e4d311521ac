import type { Span } from './notation/view.ts'

const begin = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g
const end = /-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g
const putty = /Private-Lines: \d{1,4}\s{1,3}(?<v>(?:[A-Za-z0-9+/=]{16,}\s{0,3})+)/dg
const inKey = /[A-Za-z0-9+/=\s\\]/

const placesOf = (text: string, pattern: RegExp): readonly Span[] =>
  [...text.matchAll(pattern)].map((one) => ({ from: one.index, to: one.index + one[0].length }))

/** Shorter text before the end of a key is a word and no line of it. */
const shortestLine = 16

/** Where the lines of a key begin that ends here: its first line was cut away. */
const backFrom = (text: string, at: number): number => {
  let from = at
  while (from > 0 && inKey.test(text[from - 1] ?? '')) from -= 1
  while (/\s/.test(text[from] ?? '')) from += 1
  return at - from < shortestLine ? at : from
}

const puttySpans = (text: string): readonly Span[] =>
  [...text.matchAll(putty)].map(({ indices }) => {
    const [from, to] = indices?.groups?.['v'] ?? [0, 0]
    return { from, to }
  })

/** Private keys in PEM form; one without an end (a cut text) goes up to the end of the text, and one without a beginning counts too. */
export const keySpans = (text: string): readonly Span[] => {
  if (!text.includes('PRIVATE KEY') && !text.includes('Private-Lines')) return []
  const begins = placesOf(text, begin)
  const spans: Span[] = [...puttySpans(text)]
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
