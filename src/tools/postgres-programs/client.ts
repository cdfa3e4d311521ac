import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PipelineStage } from '../../contract/process.ts'
import type { InstalledPrograms } from '../../domain/backup/client.ts'
import { type LibpqAccess, libpqEnvironment } from './libpq.ts'

export type ClientProgram = 'pg_dump' | 'pg_dumpall' | 'pg_restore' | 'psql'

/** A connection that programs are started with. */
export type ClientAccess = {
  /** A program with these arguments; a path among them is one that `path` gave. */
  stage(program: ClientProgram, args: readonly string[]): PipelineStage
}

/** PostgreSQL's client programs, wherever they are. */
export type PostgresClient = {
  readonly major: number
  readonly version: string
  /** The image that they are in, by its digest; `''` on the host itself. */
  readonly image: string
  /** What they call a file of this host. */
  path(file: string): string
  /** `secrets`: a folder of our own for the files of this connection. */
  access(access: LibpqAccess, secrets: string): Promise<ClientAccess>
}

/** Programs of this host. */
export const hostClient = (installed: InstalledPrograms): PostgresClient => ({
  major: installed.major,
  version: installed.version,
  image: '',
  path: (file) => file,
  access: async (access, secrets) => {
    await mkdir(secrets, { mode: 0o700 })
    const environment = await libpqEnvironment(access, { here: secrets, there: secrets })
    return {
      stage: (program, args) => ({
        program: installed.folder === '' ? program : join(installed.folder, program),
        args,
        environment,
        directory: '/',
      }),
    }
  },
})
