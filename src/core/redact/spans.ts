import type { Span } from './notation/view.ts'

/** In order, and those that touch as one. */
export const mergeSpans = (spans: readonly Span[]): readonly Span[] => {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else if (to > from) merged.push({ from, to })
  }
  return merged
}

/** The text with something else in place of each span. */
export const replaceSpans = (text: string, spans: readonly Span[], replacement: string): string => {
  let so = ''
  let kept = 0
  for (const { from, to } of mergeSpans(spans)) {
    so += text.slice(kept, from) + replacement
    kept = to
  }
  return so + text.slice(kept)
}
