/**
 * `npm run changelog`: joins the fragments of `changes/` into CHANGELOG.md as the part of this version, and removes them: a step of a release.
 * `--check` only reads them. A change of a branch is a file of its own, so that two never meet at a merge.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const kinds = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'] as const
type Kind = (typeof kinds)[number]

export type Fragment = { readonly name: string; readonly kind: Kind; readonly text: string }

const longestLine = 200

/** A fragment as it is written: `kind: fixed`, an empty line, and one to five lines for users. Gives what is wrong as text. */
export const readFragment = (name: string, written: string): Fragment | string => {
  const [, kind, text = ''] = /^kind: (.*)\n\n([^]*)$/.exec(written.trimEnd()) ?? []
  const known = kinds.find((one) => one === kind)
  const lines = text.split('\n')
  if (!/^[a-z0-9][a-z0-9-]*\.md$/.test(name)) return `${name}: a name is of small letters, digits and dashes, and ends in .md`
  if (known === undefined) return `${name}: begins with a line "kind: …" (${kinds.join(', ')}), then an empty line`
  if (text === '' || lines.length > 5 || lines.some((line) => line.length > longestLine || line.trim() === '' || /^[#*-]/.test(line)))
    return `${name}: its text is one paragraph of one to five lines of ${longestLine} characters at most, without a mark of a list or a heading`
  return { name, kind: known, text }
}

const titleOf = (kind: Kind): string => `### ${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
const item = ({ text }: Fragment): string => `- ${text.replaceAll('\n', '\n  ')}`

/** The changelog with a part for this release above the older ones. */
export const withRelease = (changelog: string, head: string, fragments: readonly Fragment[]): string => {
  const parts = kinds
    .map((kind) => ({ kind, of: fragments.filter((one) => one.kind === kind) }))
    .filter(({ of }) => of.length > 0)
    .map(({ kind, of }) => `${titleOf(kind)}\n\n${of.map(item).join('\n')}\n`)
  const first = changelog.indexOf('\n## ')
  const [above, below] = first === -1 ? [changelog.trimEnd(), ''] : [changelog.slice(0, first).trimEnd(), changelog.slice(first)]
  return `${above}\n\n## ${head}\n\n${parts.join('\n')}${below}`
}

const folder = 'changes'

const main = (): void => {
  const read = readdirSync(folder)
    .toSorted()
    .map((name) => readFragment(name, readFileSync(join(folder, name), 'utf8')))
  const faults = read.filter((one) => typeof one === 'string')
  for (const fault of faults) console.error(`${folder}/${fault}`)
  if (faults.length > 0) process.exitCode = 1
  const fragments = read.filter((one) => typeof one !== 'string')
  if (faults.length > 0 || fragments.length === 0 || process.argv.includes('--check')) return
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const head = `${version} (${new Date().toISOString().slice(0, 10)})`
  writeFileSync('CHANGELOG.md', withRelease(readFileSync('CHANGELOG.md', 'utf8'), head, fragments))
  for (const { name } of fragments) rmSync(join(folder, name))
  console.log(`CHANGELOG.md: ${head}, ${fragments.length} changes`)
}

if (import.meta.main) main()
