import type { LookupAddress, LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isRefused } from '../core/net/address.ts'

/** All addresses of a name, as `node:dns` looks them up. */
export type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const refusal = (): NodeJS.ErrnoException => Object.assign(new Error('refused'), { code: 'EREFUSED_ADDRESS' })

/** As the system resolves names. */
export const bySystem: ResolveAll = (hostname, options, done) => process.getBuiltinModule('node:dns').lookup(hostname, options, done)

/** Every address of the name is looked at before anything connects to one. */
export const safeLookup =
  (resolve: ResolveAll): LookupFunction =>
  (hostname, options, done) =>
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) return done(error ?? refusal(), '')
      if (addresses.some(({ address }) => isRefused(address))) return done(refusal(), '')
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family)
    })

/** A URL that may be connected to, or why not. */
export const placeOf = (text: string): { readonly url: URL } | { readonly cause: string } => {
  if (!URL.canParse(text)) return { cause: 'its value is no URL' }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { cause: 'its URL begins with neither https: nor http:' }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isNumeric = process.getBuiltinModule('node:net').isIP(host) !== 0
  return isNumeric && isRefused(host) ? { cause: 'its address is one that Ronde never connects to' } : { url }
}
