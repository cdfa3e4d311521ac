import { isAlias, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import type { Instant } from '../../contract/seen.ts'
import { canonicalName } from './ecosystem.ts'
import type { Advisory } from './match.ts'
import type { LockedPackage } from './package.ts'

const dayMs = 24 * 3_600_000
/** How far away an expiry may be. */
export const longestIgnoreDays = 180

const text = z.string().trim().min(1)
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((given) => !Number.isNaN(Date.parse(`${given}T00:00:00Z`)))

const shape = z
  .strictObject({
    id: text.optional(),
    package: text.optional(),
    version: text.optional(),
    path: text.optional(),
    reason: text,
    expires: day,
  })
  .refine((one) => one.id !== undefined || one.package !== undefined)

/** One accepted risk, with the line on which it begins. It holds until the end of its day, UTC. */
export type IgnoreEntry = z.output<typeof shape> & { readonly line: number }

type Mistake = { readonly line: number; readonly text: string }

export type IgnoreFile = { readonly entries: readonly IgnoreEntry[]; readonly mistakes: readonly Mistake[] }

const expected = 'expected { id, package, version, path, reason, expires }: a reason, an expiry such as 2026-12-31, and an id or a package'

const mistakeOf = (issues: readonly z.core.$ZodIssue[]): string => {
  const names = [...new Set(issues.map(({ path }) => path.join('.')).filter((one) => one !== ''))]
  return names.length === 0 ? expected : `${names.join(', ')}: ${expected}`
}

/** YAML turns `4.2` into a number and a date into one of its own: both are meant as text. */
const asText = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typeof one === 'number' ? String(one) : one]))
    : value

const tooFar = ({ expires }: z.output<typeof shape>, now: Instant): string | undefined =>
  endOf(expires) > now + (longestIgnoreDays + 1) * dayMs ? `expires ${expires}: more than ${longestIgnoreDays} days away` : undefined

const endOf = (expires: string): Instant => Date.parse(`${expires}T00:00:00Z`) + dayMs

type Item = { readonly value: unknown; readonly line: number }

const itemsOf = (source: string): readonly Item[] | string => {
  const lines = new LineCounter()
  const document = parseDocument(source, { lineCounter: lines, schema: 'core' })
  const [error] = document.errors
  if (error !== undefined) return `line ${error.linePos?.[0].line ?? 1}: it is no YAML`
  const { contents } = document
  if (contents === null) return []
  if (!('items' in contents) || contents.toJSON === undefined) return 'it is no list'
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  if (!Array.isArray(value)) return 'it is no list'
  return value.map((one: unknown, index): Item => {
    const node: unknown = contents.items[index]
    const range = typeof node === 'object' && node !== null && !isAlias(node) && 'range' in node ? (node.range as [number] | null) : null
    return { value: one, line: lines.linePos(range?.[0] ?? 0).line || 1 }
  })
}

const readItems = (source: string): readonly Item[] | string => {
  try {
    return itemsOf(source)
  } catch {
    // An alias, which may unfold to any size: told as what it is.
    return 'it holds an alias, which is not read'
  }
}

/** Reads the ignore file. An entry with a mistake ignores nothing. */
export const readIgnoreFile = (source: string, now: Instant): IgnoreFile => {
  const items = readItems(source)
  if (typeof items === 'string') return { entries: [], mistakes: [{ line: 1, text: `${items}; ${expected}` }] }
  const read = items.map(({ value, line }): { readonly entry: IgnoreEntry } | { readonly mistake: Mistake } => {
    const parsed = shape.safeParse(asText(value))
    if (!parsed.success) return { mistake: { line, text: mistakeOf(parsed.error.issues) } }
    const far = tooFar(parsed.data, now)
    return far === undefined ? { entry: { ...parsed.data, line } } : { mistake: { line, text: far } }
  })
  return {
    entries: read.flatMap((one) => ('entry' in one ? [one.entry] : [])),
    mistakes: read.flatMap((one) => ('mistake' in one ? [one.mistake] : [])),
  }
}

/** What became of an entry. `daysLeft`: whole days until it ends; negative when it has. */
export type IgnoreUse = { readonly entry: IgnoreEntry; readonly used: boolean; readonly daysLeft: number }

/** Advisories by whether an entry accepts them; one is left with the places that none accepts. */
export type Ignored = {
  readonly kept: readonly Advisory[]
  readonly ignored: readonly { readonly advisory: Advisory; readonly entry: IgnoreEntry }[]
  readonly uses: readonly IgnoreUse[]
}

type MatchesPath = (pattern: string, path: string) => boolean

const concerns = (entry: IgnoreEntry, { ids, ecosystem, name, version }: Advisory): boolean =>
  (entry.id === undefined || ids.some((id) => id.toLowerCase() === entry.id?.toLowerCase())) &&
  (entry.package === undefined || canonicalName(ecosystem, entry.package) === name) &&
  (entry.version === undefined || entry.version === version)

const isAt = (entry: IgnoreEntry, place: LockedPackage, matches: MatchesPath): boolean =>
  entry.path === undefined || matches(entry.path, place.file)

const daysLeft = (entry: IgnoreEntry, now: Instant): number => Math.floor((endOf(entry.expires) - now) / dayMs)

/** Applies what is not expired. Every entry that concerns something counts as used, also when another one says the same. */
export const applyIgnores = (
  advisories: readonly Advisory[],
  entries: readonly IgnoreEntry[],
  { now, matches }: { readonly now: Instant; readonly matches: MatchesPath },
): Ignored => {
  const used = new Set<IgnoreEntry>()
  const ignored: { advisory: Advisory; entry: IgnoreEntry }[] = []
  const kept = advisories.flatMap((advisory) => {
    const about = entries.filter((entry) => concerns(entry, advisory) && advisory.places.some((place) => isAt(entry, place, matches)))
    for (const entry of about) used.add(entry)
    const valid = about.filter((entry) => daysLeft(entry, now) >= 0)
    const places = advisory.places.filter((place) => !valid.some((entry) => isAt(entry, place, matches)))
    const [by] = valid
    if (by !== undefined && places.length < advisory.places.length) ignored.push({ advisory, entry: by })
    return places.length === 0 ? [] : [{ ...advisory, places }]
  })
  return { kept, ignored, uses: entries.map((entry) => ({ entry, used: used.has(entry), daysLeft: daysLeft(entry, now) })) }
}
