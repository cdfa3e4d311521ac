import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Seen } from './seen.ts'

/** The `database:` part of ronde.yml. */
export type DatabaseOptions = {
  readonly service?: string | undefined
  readonly url?: string | undefined
  readonly name?: string | undefined
  readonly user?: string | undefined
}

/** libpq's words: `allow` tries plain first and `prefer` TLS first, without insisting; only the `verify-…` ones look at the certificate. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof sslModes)[number]

/** `ca`, `cert` and `key` are PEM texts; `servername` is the name in the certificate when it is not the host. */
export type PostgresSsl = {
  readonly mode: SslMode
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

/** `subject`: what is told of it when it ends who speaks with it. */
export type TlsWanted = { readonly host: string; readonly ssl: PostgresSsl; readonly subject: string }

/** The plain side of a connection, and how the process in between was ended, if it was. */
export type Spoken = { readonly plain: Duplex; readonly ended: Promise<string | undefined> }

/** Speaks TLS over an open connection, in another process. Rejects as the handshake would; with an `Ended` when that process was ended by it. */
export type SpeakTls = (socket: Socket, wanted: TlsWanted, cut: AbortSignal) => Promise<Spoken>

/** How to reach the database. The password is masked before anybody sees this. */
export type PostgresTarget = {
  /** A name, an address, or the folder of a socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly ssl: PostgresSsl
  /** libpq's `require_auth`: how the server may ask for the password; in any way when absent. */
  readonly requireAuth?: string
  /** `service/db` or `host:port/name`, without credentials: the subject of findings. */
  readonly subject: string
  /** The compose service it runs in, when it was resolved through compose. */
  readonly service: string | undefined
  /** By whom TLS is spoken; absent: here. */
  readonly speakTls?: SpeakTls
}

/**
 * `target`: where to connect. `down`: it was looked at, and its container is not running (a hard fact).
 * `none`: nothing is configured and nothing could be inferred, so there is nothing to check; `why` when the containers could not be listed.
 */
export type DatabaseLocation =
  | { readonly kind: 'target'; readonly target: PostgresTarget }
  | { readonly kind: 'down'; readonly subject: string; readonly service: string; readonly cause: string }
  | { readonly kind: 'none'; readonly why?: { readonly cause: string; readonly advice: string } }

export interface Connect {
  postgres(): Promise<Seen<DatabaseLocation>>
}
