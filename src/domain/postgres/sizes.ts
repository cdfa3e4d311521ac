/** What takes the room of a database. */
export type Sizes = {
  readonly databaseBytes: number
  /** The largest tables with their indexes and TOAST, the largest first. */
  readonly tables: readonly { readonly name: string; readonly totalBytes: number; readonly indexBytes: number }[]
  /** Absent when our role may not read the setting. */
  readonly dataDirectory: string | undefined
}

/** The volume on which the data lies. */
export type Volume = { readonly path: string; readonly totalBytes: number; readonly freeBytes: number }
