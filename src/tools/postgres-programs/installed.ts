import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunProgram } from '../../contract/process.ts'
import { type InstalledPrograms, versionIn } from '../../domain/backup/client.ts'

/** Where distributions put the majors side by side: `/usr/lib/postgresql/18/bin`, `/usr/pgsql-18/bin`, `/usr/libexec/postgresql18`. */
const homes = [
  { above: '/usr/lib/postgresql', name: /^\d+$/, below: 'bin' },
  { above: '/usr', name: /^pgsql-\d+$/, below: 'bin' },
  { above: '/usr/libexec', name: /^postgresql\d+$/, below: '' },
]

const foldersOf = async ({ above, name, below }: (typeof homes)[number]): Promise<readonly string[]> => {
  const names = await readdir(above).catch(() => [])
  return names.filter((one) => name.test(one)).map((one) => join(above, one, below))
}

export type FindPrograms = { readonly run: RunProgram; readonly signal: AbortSignal }

const limitMs = 10_000

const lookInto = async (folder: string, program: string, { run, signal }: FindPrograms): Promise<readonly InstalledPrograms[]> => {
  const finished = await run(folder === '' ? program : join(folder, program), ['--version'], { timeoutMs: limitMs, signal })
  const version = finished.ended === 'exit' && finished.exitCode === 0 ? versionIn(finished.stdout) : undefined
  return version === undefined ? [] : [{ folder, ...version }]
}

/** Every folder that holds this program; that of PATH (`''`) comes last, for there it may be a wrapper. */
export const findPrograms = async (program: 'pg_dump' | 'postgres', find: FindPrograms): Promise<readonly InstalledPrograms[]> => {
  const folders = [...(await Promise.all(homes.map(foldersOf))).flat(), '']
  return (await Promise.all(folders.map((folder) => lookInto(folder, program, find)))).flat()
}
