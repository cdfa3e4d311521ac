/** PostgreSQL's programs in one folder. */
export type InstalledPrograms = { readonly folder: string; readonly major: number; readonly version: string }

/** The words of `pg_dump --version` or `postgres --version`; undefined when they are none. */
export const versionIn = (text: string): { readonly major: number; readonly version: string } | undefined => {
  const [, version, major] = /\(PostgreSQL\) ((\d+)[\w.]*)/.exec(text) ?? []
  return version === undefined ? undefined : { version, major: Number(major) }
}

/** The programs to dump a server of this major with: its own, else the next newer ones; an older pg_dump refuses. */
export const chooseClient = (installed: readonly InstalledPrograms[], serverMajor: number): InstalledPrograms | undefined =>
  installed.filter(({ major }) => major >= serverMajor).toSorted((a, b) => a.major - b.major)[0]

/** What is said where there are none that fit. */
export const noClientWords = (installed: readonly InstalledPrograms[], serverMajor: number) => ({
  cause:
    installed.length === 0
      ? `no pg_dump is installed here, and the server is PostgreSQL ${serverMajor}`
      : `pg_dump ${[...new Set(installed.map(({ version }) => version))].join(', ')} is older than the server, PostgreSQL ${serverMajor}`,
  advice: `install postgresql-client-${serverMajor} or a newer one, or name the server's compose service: its own image has the programs`,
})

/** How pg_dump packs: since PostgreSQL 16 pg_dump knows zstd, which is smaller and faster than gzip at its first level. */
export const compressionOf = (clientMajor: number): string => (clientMajor >= 16 ? 'zstd:3' : '1')
