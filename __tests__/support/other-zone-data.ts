import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { completeLinks, packagedFolder } from './postgres.ts'

/** The programs of a server whose time zone data take one zone for another: PostgreSQL looks for them beside the file that it was started from. */
export const otherZoneData = async (major: number, zone: string, taken: string) => {
  const from = packagedFolder(major)
  await completeLinks(from)
  const folder = await mkdtemp(join(tmpdir(), 'ronde-pg-zones-'))
  const shared = join(folder, 'share/postgresql')
  await mkdir(shared, { recursive: true })
  await symlink(join(from, 'lib'), join(folder, 'lib'))
  await cp(join(from, 'bin'), join(folder, 'bin'), { recursive: true, dereference: true })
  await cp(join(from, 'share/postgresql'), shared, { recursive: true })
  await copyFile(join(from, 'share/postgresql/timezone', taken), join(shared, 'timezone', zone))
  await chmod(folder, 0o755)
  return { binaries: join(folder, 'bin'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
