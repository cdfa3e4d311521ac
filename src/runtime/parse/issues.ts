import type { z } from 'zod'
import { branches, children, definition } from '../../core/options/accepts.ts'
import { flowText } from '../../core/options/flow-text.ts'
import { otherNames } from '../../core/options/other-names.ts'
import { type Secrecy, secrecy } from '../../core/options/secret.ts'
import { notShown, shown } from '../../core/options/shown.ts'
import { didYouMean } from '../../core/suggestion.ts'
import { type Path, pathText } from './path.ts'

type Issue = z.core.$ZodIssue

/** A mistake in a value, not yet placed in a source. `part`: whether its key or its value is meant. */
export type FlatIssue = { readonly path: Path; readonly part: 'key' | 'value'; readonly message: string; readonly missing: boolean }

const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'nothing',
}

const noun = (expected: string): string => nouns[expected] ?? expected

const found = (input: unknown): string => (input === null ? 'nothing' : shown(input))

const sizes: Readonly<Record<string, { readonly noun: string; readonly little: string; readonly much: string }>> = {
  string: { noun: ' characters', little: 'too short', much: 'too long' },
  array: { noun: ' items', little: 'too few', much: 'too many' },
}

/** `too long; at most 80 characters` */
const beyond = (origin: string, bound: 'at least' | 'at most', count: number | bigint): string => {
  const { noun = '', little = 'too little', much = 'too much' } = sizes[origin] ?? {}
  return `${bound === 'at least' ? little : much}; ${bound} ${count}${noun}`
}

const wrongValue = (values: readonly unknown[], input: unknown): string => {
  const known = values.map(String)
  return `${found(input)} is not ${known.length === 1 ? known[0] : `one of ${known.join(', ')}`}${didYouMean(String(input), known)}`
}

const expectations = (errors: readonly (readonly Issue[])[]): string => {
  const names = errors.flat().flatMap((one) => (one.code === 'invalid_type' && one.path.length === 0 ? [noun(one.expected)] : []))
  return [...new Set(names)].join(' or ') || 'another value'
}

/** The house's words for what zod found; a message that an option gives itself comes before it. */
export const houseError: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_union')
    return `expected ${expectations(issue.errors as readonly (readonly Issue[])[])}, found ${found(issue.input)}`
  if (issue.input === undefined) return 'missing'
  if (issue.code === 'invalid_type') return `expected ${noun(issue.expected)}, found ${found(issue.input)}`
  if (issue.code === 'invalid_value') return wrongValue(issue.values, issue.input)
  if (issue.code === 'too_small')
    return issue.minimum === 1 && issue.origin !== 'number'
      ? 'is empty'
      : `${found(issue.input)} is ${beyond(issue.origin, 'at least', issue.minimum)}`
  if (issue.code === 'too_big') return `${found(issue.input)} is ${beyond(issue.origin, 'at most', issue.maximum)}`
  return `${found(issue.input)} is not what is expected here`
}

/** The branch of a union that was meant: one that takes this kind of value at all, and of those the one with the fewest mistakes. */
const meantBranch = (errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined => {
  const wrongKind = (issues: readonly Issue[]) =>
    issues.some(
      (one) =>
        one.path.length === 0 && (one.code === 'invalid_type' || (one.code === 'invalid_union' && meantBranch(one.errors) === undefined)),
    )
  return errors.filter((issues) => !wrongKind(issues)).toSorted((a, b) => a.length - b.length)[0]
}

const asPath = (path: readonly PropertyKey[]): Path => path.map((part) => (typeof part === 'number' ? part : String(part)))

const knownKeys = (schema: z.ZodType, path: Path): readonly string[] => {
  const at = path.reduce<readonly z.ZodType[]>((schemas, part) => schemas.flatMap((one) => children(one, part)), [schema])
  return at.flatMap((one) => branches(one)).flatMap((way) => Object.keys(definition(way.at(-1) ?? schema).shape ?? {}))
}

const told: ReadonlySet<Secrecy | undefined> = new Set(['whole', 'parts', 'url'])
const isSecret = (schema: z.ZodType): boolean => branches(schema).some((way) => way.some((one) => told.has(secrecy.get(one)?.secrecy)))

/** The schemas of everything directly below a value. */
const below = (schema: z.ZodType): readonly z.ZodType[] =>
  branches(schema).flatMap((way) => {
    const { shape, element, items, rest, catchall, valueType } = definition(way.at(-1) ?? schema)
    return [...Object.values(shape ?? {}), ...(items ?? []), element, rest, catchall, valueType].filter(
      (one) => one !== undefined && one !== null,
    )
  })

const deepestSecret = 4
const holdsSecret = (schema: z.ZodType, depth = 0): boolean =>
  isSecret(schema) || (depth < deepestSecret && below(schema).some((one) => holdsSecret(one, depth + 1)))

const takesText = (schema: z.ZodType): boolean =>
  branches(schema).some(
    (way) => ['string', 'enum', 'literal'].includes(definition(way.at(-1) ?? schema).type) && !isSecret(way.at(-1) ?? schema),
  )

const schemasAt = (schema: z.ZodType, path: Path): readonly z.ZodType[] =>
  path.reduce<readonly z.ZodType[]>((schemas, part) => schemas.flatMap((one) => children(one, part)), [schema])

/** Whether what stands at a place may be a secret: it is one, or stands where a list or a mapping with one belongs. */
const mayBeSecret = (schema: z.ZodType, path: Path): boolean => {
  const at = schemasAt(schema, path)
  return path.length > 0 && at.some((one) => holdsSecret(one)) && !at.some(takesText)
}

/** An unknown key beside the key of a secret may be the secret itself, unless a known one is near. */
const unknownKey = (key: string, schema: z.ZodType, path: Path): FlatIssue => {
  const near = didYouMean(key, knownKeys(schema, path))
  // A word that others use for an option is none.
  const hidden =
    near === '' && !Object.hasOwn(otherNames, key) && path.length > 0 && schemasAt(schema, path).some((one) => below(one).some(isSecret))
  return hidden
    ? { path, part: 'value', message: 'unknown key (not shown: it may be secret)', missing: false }
    : { path: [...path, key], part: 'key', message: `unknown key${near}`, missing: false }
}

const quoted = (issue: Issue, schema: z.ZodType, path: Path): string => {
  const { input } = issue
  if ((typeof input !== 'string' && typeof input !== 'number') || !mayBeSecret(schema, path)) return issue.message
  return issue.message.includes(shown(input)) ? issue.message.replaceAll(shown(input), () => notShown) : issue.message
}

/** An example of what is written at a place, from its declaration. */
const exampleAt = (schemas: readonly z.ZodType[]): string => {
  const [example] = schemas
    .flatMap((one) => branches(one).flat())
    .flatMap((one) => (one.meta()?.['examples'] as readonly unknown[] | undefined) ?? [])
  return example === undefined ? '' : `, such as ${flowText(example)}`
}

const structures: ReadonlySet<string> = new Set(['array', 'tuple', 'object', 'record'])

/** What to write where a single value stands in place of a list or a mapping: the list of it, or the option's example. */
const instead = (issue: Issue, schema: z.ZodType, path: Path): string => {
  if (issue.code !== 'invalid_type' || issue.input === undefined || !structures.has(issue.expected)) return ''
  const { input } = issue
  if (typeof input === 'string' && /^\s*[[{]/.test(input)) return '; leave the quotes out'
  const at = schemasAt(schema, path)
  const isItem = typeof input === 'string' && input.length <= 60 && at.flatMap((one) => children(one, 0)).some(takesText)
  return issue.expected === 'array' && isItem && !mayBeSecret(schema, path) && shown(input) === JSON.stringify(input)
    ? `; write [${flowText(input)}]`
    : exampleAt(at)
}

const flatten = (issue: Issue, schema: z.ZodType, above: Path): readonly FlatIssue[] => {
  const path = [...above, ...asPath(issue.path)]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, schema, path))
  }
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors)
    if (branch !== undefined) return branch.flatMap((one) => flatten(one, schema, path))
  }
  if (issue.code === 'invalid_key') return [{ path, part: 'key', message: issue.issues[0]?.message ?? issue.message, missing: false }]
  const same: unknown = issue.code === 'custom' ? issue.params?.['sameAs'] : undefined
  const message = Array.isArray(same)
    ? `the same as ${pathText([...path.slice(0, -same.length), ...(same as Path)])}`
    : `${quoted(issue, schema, path)}${instead(issue, schema, path)}`
  return [{ path, part: 'value', message, missing: issue.input === undefined }]
}

/** Zod's issues, each once, unions resolved to the branch that was meant. */
export const flatIssues = (error: z.core.$ZodError, schema: z.ZodType): readonly FlatIssue[] =>
  error.issues.flatMap((issue) => flatten(issue, schema, []))
