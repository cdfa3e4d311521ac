import {
  type IncludedFile,
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
  lockfileContent,
  type UnpinnedEntry,
  unreadable,
} from '../lockfile.ts'
import { pushTo } from '../push-to.ts'
import { firstParents, wayTo } from '../ways.ts'
import { requirementOf } from './requirement.ts'

/** One requirement with its continuation lines, and the `# via` that pip-compile and uv write below it. */
type LogicalLine = { readonly text: string; readonly line: number; readonly via: string[] }

/** A comment begins a line or follows a blank: a `#` in a URL is none. */
const withoutComment = (line: string): string => {
  if (line.trimStart().startsWith('#')) return ''
  const at = line.search(/\s#/)
  return (at === -1 ? line : line.slice(0, at)).trim()
}

/** An indented comment below a requirement: `# via django`, or one of the names of a list of them. */
const takeVia = (last: LogicalLine | undefined, raw: string): void => {
  const text = raw.trimStart()
  if (last === undefined || !raw.startsWith(' ') || !text.startsWith('#')) return
  const comment = text.slice(1).trim()
  const names = comment.startsWith('via ') ? comment.slice(4) : comment
  if (comment !== 'via') for (const one of names.split(',')) last.via.push(one.trim())
}

type Open = { readonly parts: string[]; readonly line: number }

/** Python ends a line at more than `\n`, and pip installs what stands behind such an end, also in what looks like a comment. */
const separators = [0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029].map((code) => String.fromCharCode(code)).join('')
const otherEnds = new RegExp(String.raw`[\v\f${separators}]`)

/** The lines as pip sees them, each with the number that an editor gives it. */
const numberedLines = (text: string): readonly { readonly raw: string; readonly line: number }[] =>
  text.split('\n').flatMap((whole, index) => whole.split(otherEnds).map((raw) => ({ raw, line: index + 1 })))

const logicalLines = (text: string): readonly LogicalLine[] => {
  const lines: LogicalLine[] = []
  let open: Open | undefined
  const close = ({ parts, line }: Open): void => void lines.push({ text: parts.join(' ').trim(), line, via: [] })
  for (const { raw, line } of numberedLines(text)) {
    const content = withoutComment(raw)
    if (open === undefined && content === '') {
      takeVia(lines.at(-1), raw)
      continue
    }
    open ??= { parts: [], line }
    // What a backslash leaves open goes on in the next line.
    open.parts.push(content.endsWith('\\') ? content.slice(0, -1).trimEnd() : content)
    if (content.endsWith('\\')) continue
    close(open)
    open = undefined
  }
  if (open !== undefined) close(open)
  return lines
}

/** pip takes the beginning of a long option for it, as long as no other one begins so. */
const includes: readonly (readonly [option: RegExp, kind: IncludedFile['kind']])[] = [
  [/^(?:-r|--requirem[a-z]{0,3}(?![\w-]))[\s=]{0,20}/, 'requirements'],
  [/^(?:-c|--c[a-z]{0,10}(?![\w-]))[\s=]{0,20}/, 'constraints'],
]

/** `-r base.txt`, `--requirement=base.txt`, `-rbase.txt`; the path is what follows, blanks included. */
const includeIn = (text: string, line: number): IncludedFile | undefined => {
  const [option, kind] = includes.find(([pattern]) => pattern.test(text)) ?? []
  if (option === undefined || kind === undefined) return undefined
  const path = text.replace(option, '').trim()
  return { path: path.replace(/^["']|["']$/g, ''), line, kind }
}

/** Of a line of options, each that includes a file: others may stand before it. */
const includesOf = ({ text, line }: LogicalLine): readonly IncludedFile[] => {
  if (!text.startsWith('-')) return []
  const first = includeIn(text, line)
  if (first !== undefined) return [first]
  const words = text.split(/\s+/)
  return words.flatMap((word, at) => (at === 0 ? [] : (includeIn(`${word} ${words[at + 1] ?? ''}`, line) ?? [])))
}

/** `django==4.2 --hash=sha256:…` without its options. */
const withoutOptions = (text: string): string => {
  const at = text.search(/\s--?[a-z]/)
  return at === -1 ? text : text.slice(0, at)
}

type Named = { readonly name: string; readonly wanted: string; readonly pinned: string | undefined; readonly at: LogicalLine }

const isLocal = (text: string): boolean => /^(?:\.|\/|file:)/.test(text)

/** `-e git+https://…`, wherever it stands among options: what it brings is of no version. */
const editableOf = (text: string): string | undefined => {
  const [, target = ''] = /(?:^|\s)(?:-e|--ed[a-z]{0,6}(?![\w-]))[\s=]{0,20}(\S{0,1000})/.exec(text) ?? []
  return target === '' ? undefined : target.replace(/^["']/, '')
}

/** An address without its credentials, which a cut would keep from being seen as such. */
const shownPlace = (text: string): string => {
  const begin = text.indexOf('://') + 3
  const end = text.indexOf('/', begin)
  const at = begin < 3 ? -1 : text.lastIndexOf('@', end === -1 ? text.length : end)
  return (at < begin ? text : text.slice(0, begin) + text.slice(at + 1)).slice(0, 200)
}

const elsewhere = (name: string, at: LogicalLine): Named => ({ name: shownPlace(name), wanted: '@', pinned: undefined, at })

const namedOf = (at: LogicalLine): readonly Named[] => {
  const editable = at.text.startsWith('-') ? editableOf(at.text) : undefined
  if (editable !== undefined) return isLocal(editable) ? [] : [elsewhere(editable, at)]
  const text = withoutOptions(at.text)
  if (text.startsWith('-') || isLocal(text)) return []
  const found = requirementOf(text)
  return found === undefined ? [{ name: shownPlace(text), wanted: 'not a name with a version', pinned: undefined, at }] : [{ ...found, at }]
}

const plainName = (name: string): string => name.toLowerCase().replace(/[-_.]{1,200}/g, '-')

/** By the `# via` comments; a file without them tells nothing. */
const parentsIn = (all: readonly Named[]) => {
  const wants = new Map<string, string[]>()
  for (const { name, at } of all) for (const by of at.via) pushTo(wants, plainName(by), plainName(name))
  const roots = all.filter(({ at }) => at.via.some((by) => by.includes(' ') || by.startsWith('-'))).map(({ name }) => plainName(name))
  return firstParents({ roots, wants: (key) => wants.get(key) ?? [] })
}

/** By its name alone: `requirements-dev.txt`, `test-requirements.txt`. */
const isForDevelopment = (basename: string): boolean =>
  /(?:^|[-_.])(?:dev|develop|development|test|tests|testing|lint|docs?|typing)(?=[-_.])/.test(basename)

/** What pip believes of the first two lines (PEP 263). In these, ASCII is ASCII; in others, such as UTF-7, a comment may hold lines. */
const plainEncodings = /^(?:utf[-_]?8(?:[-_]sig)?|(?:us[-_]?)?ascii|latin[-_]?1|iso[-_]8859[-_]\d{1,2}|(?:cp|windows[-_])125\d)$/i
const foreignEncoding = (text: string): string | undefined =>
  text
    .split('\n', 2)
    .flatMap((line) => (line.startsWith('#') ? (/coding[:=]\s{0,20}([-\w.]{1,40})/.exec(line.slice(0, 1_000))?.[1] ?? []) : []))
    .find((name) => !plainEncodings.test(name))

const read = (text: string, basename: string): LockfileContent => {
  const encoding = foreignEncoding(text)
  if (encoding !== undefined) return unreadable(`it says that it is written in ${encoding}, which is not read`)
  const lines = logicalLines(text)
  const all = lines.flatMap(namedOf)
  const parents = parentsIn(all)
  const scope = isForDevelopment(basename) ? 'dev' : 'runtime'
  const entries: readonly LockfileEntry[] = all.flatMap(({ name, pinned, at }) =>
    pinned === undefined ? [] : [{ name, version: pinned, line: at.line, scope, way: wayTo(plainName(name), parents) }],
  )
  const unpinned: readonly UnpinnedEntry[] = all.flatMap(({ name, wanted, pinned, at }) =>
    pinned === undefined ? [{ name, wanted: wanted.startsWith('@') ? 'a place of its own' : wanted || 'any version', line: at.line }] : [],
  )
  return lockfileContent({ entries, unpinned, includes: lines.flatMap(includesOf) })
}

/** pip's requirements. Options are read over: an index with its password never leaves this file. */
export const requirements: LockfileReader = {
  format: 'requirements.txt',
  ecosystem: 'PyPI',
  isName: (name) => /^(?:[\w.-]{1,80}[-_.])?requirements(?:[-_.][\w.-]{1,80})?\.txt$/.test(name),
  read,
}
