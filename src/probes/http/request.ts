import type { TlsOptions } from '../net/dial.ts'
import type { Hop, RedirectPolicy } from './redirect.ts'

export type HttpRequest = Hop & {
  readonly tls: TlsOptions
  readonly redirects: RedirectPolicy
  /** A status that is the answer even when it is a redirect. */
  readonly isAnswer: (status: number) => boolean
  /** Keep the body's text, up to 1 MiB; otherwise up to 8 MiB are read and dropped. */
  readonly wantsBody: boolean
  readonly timeoutMs: number
}
