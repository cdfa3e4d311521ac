import type { Registry } from '../contract/registry.ts'
import { declaredInputs } from '../core/options/inputs.ts'
import { didYouMean } from '../core/suggestion.ts'

export type ArgumentInputs = { readonly inputs: Readonly<Record<string, string>> } | { readonly mistake: string }

const written = /^--([a-z][a-z0-9-]*)(?:=([^]*))?$/

/** `--name value` and `--name=value` as inputs of these names; `--name` alone, or before another one, is `true`. */
const readArguments = (given: readonly string[], known: readonly string[]): ArgumentInputs => {
  const inputs: Record<string, string> = {}
  for (let at = 0; at < given.length; at += 1) {
    const one = given[at] ?? ''
    const [, name, value] = written.exec(one) ?? []
    if (name === undefined || !known.includes(name))
      return { mistake: `there is no option ${one.slice(0, 60)}${didYouMean(name ?? one, known)}` }
    const next = given[at + 1]
    const takesNext = value === undefined && next !== undefined && !next.startsWith('--')
    if (takesNext) at += 1
    inputs[`INPUT_${name.toUpperCase()}`] = value ?? (takesNext ? next : 'true')
  }
  return { inputs }
}

/** The inputs of an action as options of a command on the host; the runner gives none, and there they are refused. */
export const inputsOfArguments = async (name: string, given: readonly string[], registry: Registry): Promise<ArgumentInputs> => {
  if (given.length === 0) return { inputs: {} }
  const load = Object.hasOwn(registry, name) ? registry[name] : undefined
  if (load === undefined) return { mistake: `${name} takes no options` }
  const { action } = await load()
  return readArguments(
    given,
    declaredInputs(action).map((one) => one.name),
  )
}
