import { z } from 'zod'
import type { JsonObject } from '../../contract/json.ts'
import { once } from '../once.ts'
import { list } from './list.ts'
import { shown } from './shown.ts'

/** One action of a round, with options laid over those of its section. */
export type RoundEntry = { readonly action: string; readonly options: JsonObject }

const isOptions = (value: unknown): boolean => value === null || (typeof value === 'object' && !Array.isArray(value))

/** What is wrong with an entry: options at the indentation of their action are the usual mistake. */
const entryMistake = (
  entry: Readonly<Record<string, unknown>>,
): { readonly path: readonly string[]; readonly message: string } | undefined => {
  const [first, ...others] = Object.entries(entry)
  if (first === undefined || (others.length > 0 && first[1] !== null))
    return { path: [], message: 'expected one action with its options: { health-check: { quick: true } }' }
  const [action, options] = first
  const [beside] = others
  if (beside !== undefined)
    return { path: [beside[0]], message: `stands beside ${shown(action).slice(1, -1)}; to be its option, indent it by two more` }
  return isOptions(options) ? undefined : { path: [action], message: `expected a mapping, found ${shown(options)}` }
}

const withOptions = () =>
  z.record(z.string(), z.unknown()).check((payload) => {
    const mistake = entryMistake(payload.value)
    if (mistake !== undefined)
      payload.issues.push({ code: 'custom', input: payload.value, path: [...mistake.path], message: mistake.message })
  })

const entry = () => z.union([z.string().min(1), withOptions()], { error: 'expected the name of an action, or { name: { options } }' })

/** The same entry again would only look, or work, twice. */
const named = () => list(entry(), { uniqueBy: (one) => JSON.stringify(roundEntry(one as string)) })

/** `rounds:` of `ronde.yml` as it is written; the options of its entries are judged when their round is run. */
export const rounds = z.record(z.string().min(1), z.lazy(once(named)))

/** An entry of a round as it is written -> its action and options. */
export const roundEntry = (written: string | Readonly<Record<string, unknown>>): RoundEntry => {
  if (typeof written === 'string') return { action: written, options: {} }
  const [[action, options] = ['', null]] = Object.entries(written)
  return { action, options: (options ?? {}) as JsonObject }
}

type DefaultEntry = { readonly when: 'always' | 'configured'; readonly entry: RoundEntry }

const always = (action: string, options: JsonObject = {}): DefaultEntry => ({ when: 'always', entry: { action, options } })
const configured = (action: string, options: JsonObject = {}): DefaultEntry => ({ when: 'configured', entry: { action, options } })

/** The rounds when `ronde.yml` names none. `configured`: only when the file has a section for it. */
export const defaultRounds: Readonly<Record<string, readonly DefaultEntry[]>> = {
  quick: [always('health-check', { quick: true })],
  daily: [always('health-check'), configured('purge-verify'), configured('backup', { kinds: ['database'] }), configured('cert-check')],
  weekly: [configured('backup', { kinds: ['volumes'] }), configured('db-maintain', { tasks: ['vacuum'] })],
  monthly: [configured('db-maintain'), configured('audit-deps'), configured('backup', { kinds: ['schema', 'config'] })],
  yearly: [configured('audit-deps', { versions: true }), configured('access-audit')],
  'before-campaign': [
    always('health-check'),
    configured('cert-check'),
    configured('audit-deps', { versions: true }),
    configured('db-maintain'),
  ],
}
