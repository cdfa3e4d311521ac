/** For which use it was installed, as far as the lockfile tells. */
export type PackageScope = 'runtime' | 'dev'

/** A package of one version at one place. Everything is untrusted. */
export type LockedPackage = {
  readonly ecosystem: string
  /** Canonical. */
  readonly name: string
  readonly version: string
  readonly scope: PackageScope
  /** Relative to the workspace, with `/`. */
  readonly file: string
  /** Who keeps that file, for whoever says how to change it: `poetry.lock`, `yarn 1`. */
  readonly tool: string
  /** From 1; 1 where it is not known. */
  readonly line: number
  /** Names from a direct dependency to it, both included; empty where the file does not tell. */
  readonly way: readonly string[]
}
