import type { Obstacle } from '../../contract/seen.ts'

export type TargetFile = { readonly sha256: string; readonly bytes: number }

/** Whether what is there outlives somebody who has our rights: by object lock or versions. `unasked`: it cannot be asked here. */
export type TargetProtection = 'versioned' | 'none' | 'unasked'

/** A place for copies. Paths are relative to it, with slashes; what goes wrong is said in words, redacted by whoever tells it. */
export type OffSiteTarget = {
  /** As people name it: `/mnt/nas`, `s3:bucket`. */
  readonly name: string
  /** Copies a file there; undefined when it did. */
  put(file: string, path: string): Promise<Obstacle | undefined>
  /** Reads all of a file that is there. */
  read(path: string): Promise<TargetFile | Obstacle>
  /** Copies a file from there into a new one here; undefined when it did. */
  get(path: string, file: string): Promise<Obstacle | undefined>
  /** All files below a folder, named from it; none where there is no such folder. */
  list(folder: string): Promise<readonly string[] | Obstacle>
  remove(path: string): Promise<Obstacle | undefined>
  /** Takes away what an upload that was cut left below a folder, where it is not listed. */
  clean(folder: string): Promise<Obstacle | undefined>
  protection(): Promise<TargetProtection>
}

export const isObstacle = (value: object): value is Obstacle => 'cause' in value
