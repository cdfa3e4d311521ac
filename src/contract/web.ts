/** One request to a service that the configuration names, such as a database of advisories. */
export type WebRequest = {
  readonly method: 'GET' | 'POST'
  /** `http:` or `https:`. No credentials of ours go with it. */
  readonly url: string
  /** JSON. */
  readonly body?: string
  /** For the whole exchange. */
  readonly timeoutMs: number
  /** A longer answer counts as none. */
  readonly maxBytes: number
  /** A file that is not there yet, where the body of a 200 goes; the text is then empty. What was written stays when it was cut. */
  readonly into?: string
}

/** A whole answer of whatever status (`hash`: what Google's storage says of the body, `crc32c=…,md5=…`), or why there was none, in words that hold no part of the URL. `lasting`: a second try cannot change it. */
export type WebAnswer =
  | {
      readonly answered: true
      readonly status: number
      readonly retryAfter: string | undefined
      readonly hash: string | undefined
      readonly text: string
    }
  | { readonly answered: false; readonly cause: string; readonly lasting: boolean }

/**
 * Asks over connections that are kept, through the proxy of the environment; follows no redirect, and refuses link-local addresses and those of
 * clouds' metadata after DNS. Never throws for what the network or the other side does.
 */
export type AskWeb = (request: WebRequest) => Promise<WebAnswer>
