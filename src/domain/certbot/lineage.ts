import type { Seen } from '../../contract/seen.ts'
import type { Certificate } from '../x509/certificate.ts'
import type { RenewalConf } from './renewal-conf.ts'
import type { CertbotRun } from './run-log.ts'

export const linkNames = ['cert', 'privkey', 'chain', 'fullchain'] as const
export type LinkName = (typeof linkNames)[number]

/** One entry of a `live/<name>` folder: a link into the archive with its number, or what stands there instead. */
export type LiveLink =
  | { readonly kind: 'link'; readonly number: number }
  /** A link to something that is no numbered file of this lineage's archive. */
  | { readonly kind: 'elsewhere'; readonly target: string }
  | { readonly kind: 'dangling'; readonly target: string }
  /** A file of its own, as a backup leaves it that did not keep links. */
  | { readonly kind: 'copy' }
  | { readonly kind: 'absent' }

/** The private key, of which only the public half is ever kept. */
export type LineageKey =
  | { readonly kind: 'read'; readonly publicKeySha256: string }
  | { readonly kind: 'not-permitted' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'no-key' }

/** The certificates of a file, in its order, at least one; or why there are none, in words. */
export type CertificateFile = Seen<readonly Certificate[]>

export type LiveFolder = {
  readonly links: Readonly<Record<LinkName, LiveLink>>
  /** The highest number in the archive of each kind; 0 when there is none. */
  readonly highest: Readonly<Record<LinkName, number>>
  readonly cert: CertificateFile
  readonly chain: CertificateFile
  readonly fullchain: CertificateFile
  /** Where `fullchain.pem` leads to. */
  readonly fullchainFile: string
  /** SHA-256 of the certificates that its archive holds, in hex. */
  readonly earlier: readonly string[]
  /** When the file that `fullchain.pem` leads to was written. */
  readonly modifiedAt: number
  readonly key: LineageKey
}

/** One certificate that certbot looks after. */
export type Lineage = {
  readonly name: string
  /** Absolute path of its `fullchain.pem`. */
  readonly path: string
  /** The folder that holds all its numbered files. */
  readonly archive: string
  /** Undefined for a folder in `live/` that no configuration renews. */
  readonly conf: Seen<RenewalConf> | undefined
  readonly live: Seen<LiveFolder>
}

/** What starts a renewal by itself. */
export type Starter = {
  readonly where: string
  /** The folder that it renews, where its line names one; else that of the host, `/etc/letsencrypt`. */
  readonly directory?: string | undefined
  /** It names a hook of its own, or goes on with what loads the certificate: `certbot renew && systemctl reload nginx`. */
  readonly withHook: boolean
  /** `idle`: it is set up, and nothing runs it. `masked`: systemd was told never to. */
  readonly state: 'active' | 'idle' | 'masked' | 'not-known'
}

/** A folder of certbot, and what renews its certificates. Where a part could not be looked at, its cause is kept. */
export type CertbotFolder = {
  readonly directory: string
  readonly lineages: readonly Lineage[]
  /** Executable files in `renewal-hooks/post`. */
  readonly postHooks?: Seen<number>
  /** Executable files in `renewal-hooks/deploy`, and hooks that `cli.ini` names. */
  readonly sharedHooks: Seen<number>
}

/** What starts certbot on this server; `blind` are places that may start it and that this user may not read. */
export type Schedule = {
  readonly starters: readonly Starter[]
  readonly blind: readonly { readonly place: string; readonly advice: string }[]
}

/** The runs that the log holds, oldest first; or the last result that systemd remembers. */
export type LastRuns =
  | { readonly from: 'log'; readonly path: string; readonly runs: readonly CertbotRun[] }
  | { readonly from: 'systemd'; readonly unit: string; readonly at: number; readonly succeeded: boolean; readonly cause: string }
