import { existsSync } from 'node:fs'

export type Major = { readonly major: number; readonly binaries: string | undefined }

/** The one from npm, and each that Debian's packages installed here. */
export const postgresMajors: readonly Major[] = [
  { major: 18, binaries: undefined },
  ...[12, 13, 14, 15, 16, 17, 18]
    .map((major) => ({ major, binaries: `/usr/lib/postgresql/${major}/bin` }))
    .filter(({ binaries }) => existsSync(`${binaries}/initdb`)),
]

/** For `startPostgres`: the programs of that major. */
export const binariesOf = ({ binaries }: Major): { readonly binaries?: string } => (binaries === undefined ? {} : { binaries })
