import { parse, postprocess, preprocess } from 'micromark'
import { gfm } from 'micromark-extension-gfm'

type Span = { readonly type: string; readonly from: number; readonly to: number }

/** Every token of a real parser of GitHub's Markdown, with its place in the text. */
const spansOf = (markdown: string): readonly Span[] => {
  const chunks = preprocess()(markdown, undefined, true)
  const events = postprocess(
    parse({ extensions: [gfm()] })
      .document()
      .write(chunks),
  )
  return events.flatMap(([when, token]) => (when === 'exit' ? [{ type: token.type, from: token.start.offset, to: token.end.offset }] : []))
}

/** What shows text rather than saying it. */
const shows =
  /^(?:blockQuote|list|code|html|definition|gfmFootnoteDefinition|setextHeading|atxHeading|table|image|resource|label|strikethrough)/
/** Hides or folds what comes behind it, until its end, wherever that is. */
const isTag = (markdown: string, { type, from, to }: Span): boolean =>
  (type === 'htmlFlow' || type === 'htmlText') && !/^<!--.*-->\s*$/s.test(markdown.slice(from, to))

/** Whether what stands at a place is text of a paragraph of its writer's own words, behind no tag: `said`, or else what it is. */
export const saidAt = (markdown: string, at: number): string => {
  const spans = spansOf(markdown)
  const around = spans.filter(({ from, to }) => from <= at && at < to)
  const shown = around.find(({ type }) => shows.test(type))
  if (shown !== undefined) return shown.type
  if (!around.some(({ type }) => type === 'paragraph')) return 'no paragraph'
  const quoted = spans.filter(({ type }) => type === 'blockQuote')
  const inQuote = (span: Span) => quoted.some(({ from, to }) => from <= span.from && span.to <= to)
  const behind = spans.find((span) => span.from < at && isTag(markdown, span) && !inQuote(span))
  return behind === undefined ? 'said' : `behind ${markdown.slice(behind.from, behind.to)}`
}
