import { parseEnv } from 'node:util'
import type { z } from 'zod'
import { branches, children, definition } from '../../core/options/accepts.ts'
import { type Secrecy, secrecy } from '../../core/options/secret.ts'
import { isReadableUrl } from '../../tools/connect/readable-url.ts'
import { leftAsWritten } from './left-as-written.ts'
import { isMapping, type Path } from './path.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A `${NAME}` that could not be replaced. */
export type Unset = { readonly path: Path; readonly message: string }

export type Resolved = {
  readonly value: unknown
  /** Everything that has to be masked, in the forms in which it may appear. */
  readonly secrets: readonly string[]
  readonly unset: readonly Unset[]
  /** Texts that look as if something would be put in their place, and would be used as they are. */
  readonly left: readonly (Unset & { readonly part: 'key' | 'value' })[]
}

/** What a later release will read is not judged yet, and what stands under an unknown key is told by that key. */
const isJudged = (schemas: readonly z.ZodType[]): boolean =>
  schemas.length > 0 && !schemas.some((one) => branches(one).some((way) => definition(way.at(-1) ?? one).type === 'unknown'))

/** A mapping whose keys the person chose: in any other, a strange key is told as unknown. */
const takesAnyKey = (schemas: readonly z.ZodType[]): boolean =>
  schemas.some((one) => branches(one).some((way) => definition(way.at(-1) ?? one).valueType !== undefined))

const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g

/** The names in every `${NAME}` of a text. */
export const namesIn = (text: string): readonly string[] => [...text.matchAll(placeholder)].map(([, name = '']) => name)

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray % is no encoding: the text already is what will be used.
    return text
  }
}

/** The parts of a URL that are secret; of one that can be read in more than one way the whole, for its parts would be cut elsewhere than the secret. */
const credentialsOf = (text: string): readonly string[] => {
  const [whole = '', scheme = '', user = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)@/i.exec(text) ?? []
  const [, password] = /^[^:]*:(.*)$/s.exec(user) ?? []
  if (password !== undefined && text.slice(whole.length).includes('@')) return [text]
  const token = /^https?$/i.test(scheme) && password === undefined ? user : undefined
  const [, parameter] = /[?&]password=([^&#]*)/.exec(text) ?? []
  return [password, token, parameter].flatMap((one) => (one === undefined || one === '' ? [] : [one, decoded(one)]))
}

const replacesNames: Record<Secrecy, boolean> = { whole: true, parts: true, url: true, credentials: false }

const secretsOf: Record<Secrecy, (text: string, written: string) => readonly string[]> = {
  whole: (text) => [text, ...credentialsOf(text)],
  parts: () => [],
  url: (text, written) => [
    ...(isReadableUrl(text) ? credentialsOf(text) : []),
    ...(!isReadableUrl(text) || /^\$\{\w+\}$/.test(written.trim()) ? [text] : []),
  ],
  credentials: credentialsOf,
}

/** What the runner gives to this step alone: its tokens, and the one secret that holds all others. No server that is asked gets it. */
const ofTheRunner = /^(?:INPUT_|ACTIONS_|RONDE_ENV$)/

/** Looks a name up in the environment, and in the dotenv lines of `RONDE_ENV`, which a workflow passes as one secret. */
export const lookup = (environment: Environment): ((name: string) => string | undefined) => {
  const passed = environment['RONDE_ENV']
  const names = passed === undefined ? {} : parseEnv(passed)
  return (name) => {
    if (Object.hasOwn(names, name)) return names[name]
    return ofTheRunner.test(name) ? undefined : environment[name]
  }
}

/**
 * Replaces `${NAME}` in what is written for secret options, and only there, and lists what has to be masked.
 * It walks the value along its schema; where a union leaves open which branch applies, one that says "secret" decides.
 */
export const resolveSecrets = (schema: z.ZodType, written: unknown, find: (name: string) => string | undefined): Resolved => {
  const secrets = new Set<string>()
  const unset: Unset[] = []
  const left: (Unset & { readonly part: 'key' | 'value' })[] = []
  const tellLeft = (text: string, replaces: boolean, at: { readonly path: Path; readonly part: 'key' | 'value' }): void => {
    const message = leftAsWritten(text, replaces)
    if (message !== undefined) left.push({ ...at, message })
  }

  const replaced = (text: string, path: Path): string =>
    text.replace(placeholder, (whole, name: string) => {
      const value = find(name)
      if (value === undefined || value === '') {
        unset.push({ path, message: `\${${name}} is ${value === undefined ? 'not set' : 'empty'} in the environment` })
        return whole
      }
      for (const one of [value, decoded(value)]) secrets.add(one)
      return value
    })

  const ofText = (text: string, marks: readonly Secrecy[], path: Path): string => {
    const before = unset.length
    const replaces = marks.some((mark) => replacesNames[mark])
    tellLeft(text, replaces, { path, part: 'value' })
    const value = replaces ? replaced(text, path) : text
    if (unset.length === before) for (const mark of marks) for (const secret of secretsOf[mark](value, text)) secrets.add(secret)
    return value
  }

  const walk = (schemas: readonly z.ZodType[], value: unknown, path: Path): unknown => {
    if (!isJudged(schemas)) return value
    if (typeof value === 'string') {
      const marks = schemas.flatMap((one) => branches(one).flat()).map((one) => secrecy.get(one)?.secrecy)
      return ofText(value, [...new Set(marks.filter((mark) => mark !== undefined))], path)
    }
    const inner = (key: string | number, one: unknown) =>
      walk(
        schemas.flatMap((schema) => children(schema, key)),
        one,
        [...path, key],
      )
    if (Array.isArray(value)) return value.map((one, index) => inner(index, one))
    if (isMapping(value) && takesAnyKey(schemas))
      for (const key of Object.keys(value)) tellLeft(key, false, { path: [...path, key], part: 'key' })
    return isMapping(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(key, one)])) : value
  }

  return { value: walk([schema], written, []), secrets: [...secrets], unset, left }
}
