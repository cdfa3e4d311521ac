import {
  type IncludedFile,
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
  lockfileContent,
  type UnpinnedEntry,
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
  if (comment !== 'via') last.via.push(...names.split(',').map((one) => one.trim()))
}

type Open = { readonly text: string; readonly line: number }

/** The line with what was open before it, without the backslash that leaves it open. */
const joined = (open: Open | undefined, content: string, line: number): Open => {
  const part = content.endsWith('\\') ? content.slice(0, -1).trimEnd() : content
  return { text: `${open?.text ?? ''} ${part}`.trim(), line: open?.line ?? line }
}

const logicalLines = (text: string): readonly LogicalLine[] => {
  const lines: LogicalLine[] = []
  let open: Open | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const content = withoutComment(raw)
    if (open === undefined && content === '') {
      takeVia(lines.at(-1), raw)
      continue
    }
    open = joined(open, content, index + 1)
    if (content.endsWith('\\')) continue
    lines.push({ ...open, via: [] })
    open = undefined
  }
  return open === undefined ? lines : [...lines, { ...open, via: [] }]
}

const options: readonly (readonly [name: string, kind: IncludedFile['kind']])[] = [
  ['-r', 'requirements'],
  ['--requirement', 'requirements'],
  ['-c', 'constraints'],
  ['--constraint', 'constraints'],
]

/** `-r base.txt`, `--requirement=base.txt`, `-rbase.txt` */
const includeOf = ({ text, line }: LogicalLine): IncludedFile | undefined => {
  const option = options.find(([name]) => text.startsWith(name) && (name.length === 2 || /^[\s=]/.test(text.slice(name.length))))
  if (option === undefined) return undefined
  const path = text
    .slice(option[0].length)
    .replace(/^[\s=]{1,20}/, '')
    .trim()
  return { path: path.replace(/^["']|["']$/g, ''), line, kind: option[1] }
}

/** `django==4.2 --hash=sha256:…` without its options. */
const withoutOptions = (text: string): string => {
  const at = text.search(/\s--?[a-z]/)
  return at === -1 ? text : text.slice(0, at)
}

type Named = { readonly name: string; readonly wanted: string; readonly pinned: string | undefined; readonly at: LogicalLine }

const isLocal = (text: string): boolean => /^(?:\.|\/|file:)/.test(text)

const namedOf = (at: LogicalLine): readonly Named[] => {
  const text = withoutOptions(at.text)
  if (text.startsWith('-') || isLocal(text)) return []
  const found = requirementOf(text)
  return found === undefined
    ? [{ name: text.slice(0, 200), wanted: 'not a name with a version', pinned: undefined, at }]
    : [{ ...found, at }]
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

const read = (text: string, basename: string): LockfileContent => {
  const lines = logicalLines(text)
  const includes = lines.flatMap((one) => includeOf(one) ?? [])
  const all = lines.flatMap(namedOf)
  const parents = parentsIn(all)
  const scope = isForDevelopment(basename) ? 'dev' : 'runtime'
  const entries: readonly LockfileEntry[] = all.flatMap(({ name, pinned, at }) =>
    pinned === undefined ? [] : [{ name, version: pinned, line: at.line, scope, way: wayTo(plainName(name), parents) }],
  )
  const unpinned: readonly UnpinnedEntry[] = all.flatMap(({ name, wanted, pinned, at }) =>
    pinned === undefined ? [{ name, wanted: wanted.startsWith('@') ? 'a place of its own' : wanted || 'any version', line: at.line }] : [],
  )
  return lockfileContent({ entries, unpinned, includes })
}

/** pip's requirements. Options are read over: an index with its password never leaves this file. */
export const requirements: LockfileReader = {
  format: 'requirements.txt',
  ecosystem: 'PyPI',
  isName: (name) => /^(?:[\w.-]{1,80}[-_.])?requirements(?:[-_.][\w.-]{1,80})?\.txt$/.test(name),
  read,
}
