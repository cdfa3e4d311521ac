import { z } from 'zod'
import { readJson } from '../../core/read-json.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)

/** One file of a backup. `sha256` is of the file as it is stored, `sha256Plain` of what age was given. */
const artifactShape = z.object({
  name: z.string(),
  bytes: count,
  sha256,
  sha256Plain: sha256,
  /** How the content is packed: `custom` is pg_dump's own format, with its own compression. */
  codec: z.enum(['none', 'gzip', 'zstd', 'custom']),
  recipients: z.array(z.string()),
})
export type BackupArtifact = z.output<typeof artifactShape>

/** A table that holds rows, as the snapshot saw it. `hash`: a decimal string, the sum of the hashes of its rows; `''` where rows are not saved (a foreign table). */
const relationShape = z.object({
  schema: z.string(),
  name: z.string(),
  rows: count,
  hash: z.string(),
  /** How it was hashed: `planned` by a query, `copied` from COPY, which runs no code of the table's owner; `excluded` is a foreign table, `configuration` the rows that an extension says are the user's. */
  by: z.enum(['planned', 'copied', 'excluded', 'configuration']),
})
export type BackupRelation = z.output<typeof relationShape>

/** `value`: a decimal string. Sequences are not transactional: a copy is right when it is not behind. */
const sequenceShape = z.object({
  schema: z.string(),
  name: z.string(),
  value: z.string(),
  called: z.boolean(),
  /** A decimal string; below 0 it counts down. */
  increment: z.string(),
  /** Begins again at its other end: then nothing can be said of its value. */
  cycles: z.boolean(),
})
export type BackupSequence = z.output<typeof sequenceShape>

const extensionShape = z.object({ name: z.string(), version: z.string(), schema: z.string() })

const databaseSource = z.object({
  systemIdentifier: z.string(),
  /** The database; `''` of globals. */
  database: z.string(),
  /** The digest of the server's image; `''` where it runs in no container. */
  image: z.string(),
  serverVersion: z.string(),
})

/** A volume by its name and project; media and config by their project. */
const archiveSource = z.object({ project: z.string(), volume: z.string() })

const common = {
  schemaVersion: z.literal(1),
  id: z.string(),
  server: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  artifacts: z.array(artifactShape),
  /** Of a database: the id of the newest config backup at that time, if there is one. */
  config: z.string().optional(),
  /** What is known to be less than right with it, in words: a file that vanished while it was read. Empty: nothing. */
  inconsistent: z.array(z.string()),
}

const databaseManifest = z.object({
  ...common,
  kind: z.enum(['database', 'globals', 'schema']),
  source: databaseSource,
  /** The name of the exported snapshot; `''` of globals and schema, which have none. */
  snapshot: z.string(),
  clientVersion: z.string(),
  relations: z.array(relationShape),
  sequences: z.array(sequenceShape),
  /** `pages` without those that hold nothing but zeros, which a copy may hold or leave out. */
  largeObjects: z.object({ count, pages: count, hash: z.string() }),
  extensions: z.array(extensionShape),
  /** All roles of the server but PostgreSQL's own: a dump names them and does not hold them. */
  roles: z.array(z.string()),
})
export type DatabaseManifest = z.output<typeof databaseManifest>

/** What a database holds, as far as it can be compared by numbers; the rest is compared by the text of its schema. */
export type DatabaseContents = Pick<DatabaseManifest, 'relations' | 'sequences' | 'largeObjects' | 'extensions'>

const archiveManifest = z.object({
  ...common,
  kind: z.enum(['volumes', 'media', 'config']),
  source: archiveSource,
  /** The name of the volume, or the kind. */
  name: z.string(),
  /** The folder that the archive's `.` was. */
  base: z.string(),
  entries: count,
})
export type ArchiveManifest = z.output<typeof archiveManifest>

/** What a backup is, written last and never changed: `manifest.json`. */
export const manifestShape = z.discriminatedUnion('kind', [databaseManifest, archiveManifest])
export type BackupManifest = z.output<typeof manifestShape>

/**
 * Whether a backup was proven: `verify.json`. `ciphertext`: whether the stored file was decrypted again and found equal; `none` is not encrypted.
 * `failures` are empty when it is verified; of one that nobody tried to prove they say why.
 */
export const proofShape = z.object({
  verified: z.boolean(),
  at: z.iso.datetime(),
  failures: z.array(z.string()),
  ciphertext: z.enum(['proven', 'unproven', 'none']),
})
export type BackupProof = z.output<typeof proofShape>

/** A manifest may list a hundred thousand tables. */
const mostValues = 4_000_000

type ReadDocument<T> = { readonly value: T } | { readonly trouble: string }

const readAs = <T>(shape: z.ZodType<T>, text: string): ReadDocument<T> => {
  const read = readJson(text, mostValues)
  if ('trouble' in read) return read
  const parsed = shape.safeParse(read.value)
  const [issue] = parsed.error?.issues ?? []
  return parsed.success ? { value: parsed.data } : { trouble: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}` }
}

/** Reads a manifest; it is input like any other, also behind a good signature. */
export const readManifest = (text: string): ReadDocument<BackupManifest> => readAs(manifestShape, text)

export const readProof = (text: string): ReadDocument<BackupProof> => readAs(proofShape, text)

/** Both documents are written so: their signature is over these bytes. */
export const documentText = (document: BackupManifest | BackupProof): string => `${JSON.stringify(document, undefined, 1)}\n`
