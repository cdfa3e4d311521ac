/** Free space of a file system, and how much of it must stay free. */
export type DiskRoom = { readonly freeBytes: number; readonly totalBytes: number }

/** The WAL that a scratch server keeps while it loads. */
const walBytes = 256 * 1_048_576
/** Beyond this a disk is critical (health-check's `disk-free`). */
const criticalShare = 0.1

/** What a dump takes: as much as the last one and a third more; of a first one no more is known than the size of the database. */
export const expectedDumpBytes = (databaseBytes: number, lastBytes: number | undefined): number =>
  lastBytes === undefined ? databaseBytes : Math.min(databaseBytes, Math.ceil(lastBytes * 1.33))

/** What a copy of the database takes, indexes and all. */
export const scratchBytes = (databaseBytes: number): number => Math.ceil(databaseBytes * 1.1) + walBytes

/** What is missing; 0 when it fits and the disk does not become critical by it. */
export const missingBytes = (needed: number, { freeBytes, totalBytes }: DiskRoom): number =>
  Math.max(0, Math.ceil(needed + totalBytes * criticalShare - freeBytes))
