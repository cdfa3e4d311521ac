import { isRefused } from './address.ts'

/** A URL that may be connected to, or why not. */
export const placeOf = (text: string): { readonly url: URL } | { readonly cause: string } => {
  if (!URL.canParse(text)) return { cause: 'its value is no URL' }
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { cause: 'its URL begins with neither https: nor http:' }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isNumeric = process.getBuiltinModule('node:net').isIP(host) !== 0
  return isNumeric && isRefused(host) ? { cause: 'its address is one that Ronde never connects to' } : { url }
}
