import type { CreateLook } from '../contract/isolation.ts'
import type { AskedElsewhere, ProxySettings } from './elsewhere.ts'
import { createTransport, type ExchangeResult } from './exchange.ts'

/** Speaks HTTP where what a server sends cannot harm the run. */
export const createLook: CreateLook<ProxySettings, AskedElsewhere, ExchangeResult> = (proxies, { signal }) => {
  const { exchange } = createTransport(proxies)
  return ({ href, ...asked }) => exchange({ ...asked, url: new URL(href), signal })
}
