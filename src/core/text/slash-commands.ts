/**
 * The small block reader of commands: which lines of a comment GitHub renders as a paragraph of its writer's own words. What is shown (code,
 * quotations, lists, tables, headings, raw HTML, comments, math, what was struck out) is not said. It knows less of Markdown than GitHub does:
 * where it is in doubt nothing was said, and a test holds it against a real parser.
 */

/** What is open when a line ends. `fresh`: a paragraph may begin; `doubt`: nothing more is said before the next blank line; `over`: nor behind it. */
type Open = { readonly kind: 'fresh' | 'said' | 'doubt' | 'over' | 'comment' } | { readonly kind: 'fence'; readonly fence: string }

type Read = {
  readonly open: Open
  /** Of the paragraph so far, which the underline of a heading or of a table may still make something else. */
  readonly paragraph: readonly string[]
  readonly said: readonly string[]
}

/** No comment commands more; the rest of a long one is not kept. */
const mostLines = 200

const fresh: Open = { kind: 'fresh' }
const doubt: Open = { kind: 'doubt' }
const over: Open = { kind: 'over' }

const blank = /^[ \t]*$/
/** The marks that begin a block of code; one of backticks has none behind them. */
const fenceOf = (line: string): string | undefined => {
  const [fence] = /^(?:`{3,}|~{3,})/.exec(line) ?? []
  return fence?.startsWith('`') === true && line.includes('`', fence.length) ? undefined : fence
}
const heading = /^#{1,6}(?:[ \t]|$)/
const quotation = /^ {0,3}>/
const listItem = /^ {0,3}(?:[-+*]|\d{1,9}[.)])(?:\s|$)/
/** Of a heading or of a table, or a rule: it makes something else of the lines before it. */
const underline = /^[ \t]*[-=:|_*+][-=:|_*+ \t]*$/
const tag = /<[a-z/!?]/i

/** What a line of a paragraph may hold without leaving anything open: escapes, and code, links and addresses that end on the line. */
const harmless = /\\[!-/:-@[-`{-~]|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\[[^[\]\\`<>!()~$]*\]\([^\s()<>"'\\`]*\)|<https?:\/\/[^\s<>]*>/g
/** Nobody says as much in one line; of a longer one, what looks open counts as open, for to look closer costs the more the longer it is. */
const longestLine = 2_000
const withoutHarmless = (line: string): string => (line.length > longestLine ? line : line.replace(harmless, ' '))

/** How a line leaves the text behind it: whether that may belong to something that this line began. */
const leaves = (line: string): Open => {
  const rest = withoutHarmless(line)
  // A tag hides what follows it until it is closed, wherever that is; so do fences where they are not at the start of a line.
  if (tag.test(rest) || /`{3}|~{3}|\$\$/.test(rest)) return over
  return /[`[~]/.test(rest) ? doubt : { kind: 'said' }
}

const lost = ({ said }: Read): Read => ({ open: over, paragraph: [], said })
const ended = ({ paragraph, said }: Read, open: Open): Read => ({ open, paragraph: [], said: [...said, ...paragraph] })

/** A comment of HTML ends where its mark says, blank lines or not. One that holds a tag, or has something behind it, may hide more than itself. */
const inComment = (read: Read, line: string): Read => {
  const [inside = '', behind] = line.split(/-->(.*)/s, 2)
  if (tag.test(inside) || (behind ?? '').trim() !== '') return lost(read)
  return { ...read, open: behind === undefined ? { kind: 'comment' } : fresh }
}

/** `<!-->` is a whole comment to some and the beginning of one to others. */
const commentBegun = (read: Read, rest: string): Read => (/^-?>/.test(rest) ? lost(read) : inComment(ended(read, fresh), rest))

const inFence = (read: Read, fence: string, line: string): Read => {
  const [, marks = ''] = /^ {0,3}(`+|~+)[ \t]*$/.exec(line) ?? []
  return marks.startsWith(fence) ? { ...read, open: fresh } : read
}

/** What ends a paragraph for sure and begins something else, whatever stood before. Undefined when the line does not. */
const begun = (read: Read, line: string): Read | undefined => {
  const fence = fenceOf(line)
  if (fence !== undefined) return ended(read, { kind: 'fence', fence })
  if (blank.test(line)) return ended(read, fresh)
  if (line.startsWith('<!--')) return commentBegun(read, line.slice(4))
  if (quotation.test(line)) return ended(read, tag.test(withoutHarmless(line)) ? over : doubt)
  return heading.test(line) ? ended(read, leaves(line).kind === 'over' ? over : fresh) : undefined
}

const inText = (read: Read, line: string): Read => {
  const { open, paragraph } = read
  if (underline.test(line)) return { ...read, open: doubt, paragraph: [] }
  const left = leaves(line)
  if (left.kind === 'over') return lost(read)
  const isIndented = open.kind === 'fresh' && /^\s/.test(line)
  if (open.kind === 'doubt' || isIndented || listItem.test(line)) return { ...read, open: doubt }
  const isKept = line.startsWith('/') && paragraph.length + read.said.length < mostLines
  return { ...read, open: left, paragraph: isKept ? [...paragraph, line] : paragraph }
}

const readLine = (read: Read, line: string): Read => {
  const { open } = read
  if (open.kind === 'over') return read
  if (open.kind === 'fence') return inFence(read, open.fence, line)
  if (open.kind === 'comment') return inComment(read, line)
  return begun(read, line) ?? inText(read, line)
}

/** Where a comment begins, a space too many is no block of anything; further below it may belong to a list. */
const withoutFirstSpaces = (lines: readonly string[]): readonly string[] => {
  const first = lines.findIndex((line) => !blank.test(line))
  return lines.map((line, index) => (index === first ? line.replace(/^ {1,3}(?=\/)/, '') : line))
}

/** The lines that were said and begin with `/`, in their order. */
export const slashCommandLines = (body: string): readonly string[] => {
  const lines = withoutFirstSpaces(body.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/))
  const { said, paragraph } = lines.reduce(readLine, { open: fresh, paragraph: [], said: [] })
  return [...said, ...paragraph]
}
