import type { ComposeOptions } from './compose.ts'
import type { DatabaseOptions } from './database.ts'

/** The common part of `ronde.yml` as far as actions may ask for it; `compose` and `database` become `compose-…` and `database-…` inputs. */
export type CommonOptions = {
  readonly 'time-zone': string
  readonly compose: ComposeOptions
  readonly host: boolean
  readonly database: DatabaseOptions
  readonly privileges: 'none' | 'sudo'
}
export type CommonSection = keyof CommonOptions

/** An endpoint of health-check, as far as other actions may read it. */
export type LentEndpoint = {
  readonly url: string
  readonly from?: string | undefined
  readonly ca?: string | undefined
  readonly 'server-name'?: string | undefined
  readonly 'tls-verify'?: boolean | undefined
}

/** What of backup's section other actions may read. */
export type LentBackup = {
  readonly root: string
  readonly kinds?: readonly string[] | undefined
  readonly 'trusted-keys'?: readonly string[] | undefined
}

/** Where copies of backups go, as far as a restore reads it. */
export type LentOffSite = {
  readonly directory?: string | undefined
  readonly rclone?: string | undefined
  readonly 'rclone-config'?: string | undefined
  readonly s3?:
    | {
        readonly bucket: string
        readonly endpoint: string
        readonly region: string
        readonly 'access-key': string
        readonly 'secret-key': string
      }
    | undefined
}

/** How backups are encrypted, as far as a restore reads it: with which keys of this host they are opened. */
export type LentEncryption = { readonly 'identity-file'?: string | undefined }

/** Options that a section lends to other actions; the action whose they are holds itself to these types. */
export type LentOptions = {
  readonly 'health-check': { readonly endpoints: readonly LentEndpoint[] }
  readonly backup: {
    readonly root: string
    readonly kinds: readonly string[]
    readonly 'trusted-keys': readonly string[]
    readonly encrypt: LentEncryption
    readonly 'off-site': readonly LentOffSite[]
  }
}

/** `health-check.endpoints`, `backup.root` */
export type LentOption = { [Section in keyof LentOptions]: `${Section}.${keyof LentOptions[Section] & string}` }[keyof LentOptions]

type LentBy<Section extends keyof LentOptions, Name extends LentOption> = {
  readonly [Option in keyof LentOptions[Section] as `${Section}.${Option & string}` extends Name ? Option : never]?:
    | LentOptions[Section][Option]
    | undefined
}

/** What an action gets of the options that it borrows: `options['health-check']?.endpoints`. A section that is not there lends nothing. */
export type BorrowedOptions<Name extends LentOption> = {
  readonly [Section in keyof LentOptions as Name extends `${Section}.${string}` ? Section : never]?: LentBy<Section, Name> | undefined
}
