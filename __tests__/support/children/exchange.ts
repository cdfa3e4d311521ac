/** Asks one URL over Ronde's own transport, through the proxy in `https_proxy`, and prints what came: the authorities are those of NODE_EXTRA_CA_CERTS. */
import { createTransport } from '../../../src/github/exchange.ts'

const [url = ''] = process.argv.slice(2)
const transport = createTransport(process.env)
const asked = {
  method: 'POST',
  headers: {},
  body: 'secret',
  timeoutMs: 5_000,
  maxBytes: 1_000,
  signal: new AbortController().signal,
} as const
console.log(JSON.stringify(await transport.exchange({ ...asked, url: new URL(url) })))
transport.close()
