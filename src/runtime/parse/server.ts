import type { Mistake } from '../../contract/user-error.ts'
import { shown } from '../../core/options/shown.ts'
import { didYouMean } from '../../core/suggestion.ts'
import type { Configuration } from './configuration.ts'
import { isMapping } from './path.ts'

export type PickedServer = {
  readonly name: string
  /** The way to the server's overrides in the file, `undefined` when `servers:` is not used. */
  readonly overrides: readonly string[] | undefined
  readonly mistakes: readonly Mistake[]
}

/** What stands in for a server that nobody named; `isServer` where it is one by itself, the host's name. */
export type Otherwise = { readonly name: string; readonly isServer: boolean }

type Asked = { readonly given: string | undefined; readonly named: string | undefined; readonly name: string }

const notOneOf = (file: Configuration, { given, named, name }: Asked, known: readonly string[]): Mistake => {
  const message =
    known.length === 0
      ? `it names no server; write \`${shown(name).slice(1, -1)}: {}\` below it, or leave \`servers:\` out`
      : `the server ${shown(name)} is not one of ${known.join(', ')}${didYouMean(name, known)}`
  if (given !== undefined && known.length > 0) return { source: 'input server', path: '', message }
  const at = named === undefined || known.length === 0 ? 'servers' : 'server'
  const hint = named === undefined && known.length > 0 ? '; name it with the input server' : ''
  return { source: file.source, ...file.place([at], 'value'), path: at, message: `${message}${hint}` }
}

/** The server of this run: the input, else `server:` of the file, else the host's name; with `servers:` it must be one of them. */
export const pickServer = (file: Configuration, given: string | undefined, otherwise: Otherwise): PickedServer => {
  const { server, servers } = file.value
  const named = typeof server === 'string' ? server : undefined
  const name = given ?? named ?? otherwise.name
  const isServer = name !== otherwise.name || otherwise.isServer
  if (!isMapping(servers) || !isServer) return { name, overrides: undefined, mistakes: [] }
  if (Object.hasOwn(servers, name)) return { name, overrides: ['servers', name], mistakes: [] }
  return { name, overrides: undefined, mistakes: [notOneOf(file, { given, named, name }, Object.keys(servers))] }
}
