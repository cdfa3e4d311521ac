import { shown } from '../../core/options/shown.ts'
import { didYouMean } from '../../core/suggestion.ts'
import type { Mistake } from '../../core/user-error.ts'
import type { Configuration } from './configuration.ts'
import { isMapping } from './path.ts'

export type PickedServer = {
  readonly name: string
  /** The way to the server's overrides in the file, `undefined` when `servers:` is not used. */
  readonly overrides: readonly string[] | undefined
  readonly mistakes: readonly Mistake[]
}

/** The server of this run: the input, else `server:` of the file, else the host's name; with `servers:` it must be one of them. */
export const pickServer = (file: Configuration, given: string | undefined, hostname: string): PickedServer => {
  const { server, servers } = file.value
  const named = typeof server === 'string' ? server : undefined
  const name = given ?? named ?? hostname
  if (!isMapping(servers)) return { name, overrides: undefined, mistakes: [] }
  if (Object.hasOwn(servers, name)) return { name, overrides: ['servers', name], mistakes: [] }
  const known = Object.keys(servers)
  const message = `the server ${shown(name)} is not one of ${known.join(', ')}${didYouMean(name, known)}`
  const inFile = { source: file.source, ...file.place([given === undefined && named !== undefined ? 'server' : 'servers'], 'value') }
  const where = given === undefined ? { ...inFile, path: named === undefined ? 'servers' : 'server' } : { source: 'input server', path: '' }
  return {
    name,
    overrides: undefined,
    mistakes: [{ ...where, message: given || named ? message : `${message}; name it with the input server` }],
  }
}
