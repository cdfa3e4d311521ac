import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import { type CertbotFolder, type Lineage, linkNames } from '../../domain/certbot/lineage.ts'
import { parseRenewalConf, type RenewalConf } from '../../domain/certbot/renewal-conf.ts'
import { readBounded } from '../files/read.ts'
import { seeLive } from './live.ts'
import { grantCommand, lookCommand, type RightsAdvice } from './rights.ts'

const mostLineages = 200
const namesHook = /^(?:deploy|renew|post)-hook\s*=/
const confLimitBytes = 256 * 1024

const codeOf = (error: unknown): unknown => (Error.isError(error) && 'code' in error ? error.code : undefined)

/** The names in a folder, hidden ones left out; an absent folder is an empty one. */
const namesIn = async (folder: string, grant: RightsAdvice): Promise<Seen<readonly string[]>> => {
  try {
    const names = await readdir(folder)
    return saw(names.filter((name) => !name.startsWith('.')).toSorted(), Date.now())
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return saw([], Date.now())
    return couldNotLook(`${folder} may not be read`, grant('rx', [folder]))
  }
}

const readConf = async (path: string, grant: RightsAdvice): Promise<Seen<RenewalConf>> => {
  const read = await readBounded(path, confLimitBytes)
  if (read.kind === 'file') return saw(parseRenewalConf(read.bytes.toString('utf8')), Date.now())
  return read.kind === 'not-permitted'
    ? couldNotLook(`${path} may not be read`, grant('r', [path]))
    : couldNotLook(`${path} cannot be read (${read.kind})`, lookCommand(['sudo', 'ls', '-l'], path))
}

/** The last name of a path; `otherwise` where it is none of a folder's own. */
const lastName = (path: string, otherwise: string): string => (/^\.{0,2}$/.test(basename(path)) ? otherwise : basename(path))

/** Folders are taken by their last name below ours: a container may have written its own view of them. */
const lineageOf = async (directory: string, name: string, conf: Seen<RenewalConf> | undefined, grant: RightsAdvice): Promise<Lineage> => {
  const top = conf?.seen ? conf.value.top : {}
  const live = join(directory, 'live', lastName(dirname(top['fullchain'] ?? `live/${name}/fullchain.pem`), name))
  const archive = join(directory, 'archive', lastName(top['archive_dir'] ?? name, name))
  return { name, path: join(live, 'fullchain.pem'), archive, conf, live: await seeLive(live, archive, grant) }
}

/** For certbot, which runs as root: what this user may execute does not matter. */
const isExecutable = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile() && (found.mode & 0o111) !== 0,
    () => false,
  )

const namesAHook = async (directory: string): Promise<boolean> => {
  const settings = await readBounded(join(directory, 'cli.ini'), confLimitBytes)
  const lines = settings.kind === 'file' ? settings.bytes.toString('utf8').split('\n') : []
  return lines.some((line) => namesHook.test(line.trim()))
}

/** Certbot passes over what an editor has left, and over what nobody may execute. */
const hooksIn = async (folder: string, grant: RightsAdvice): Promise<Seen<number>> => {
  const names = await namesIn(folder, grant)
  if (!names.seen) return names
  const runnable = await Promise.all(names.value.filter((name) => !name.endsWith('~')).map((name) => isExecutable(join(folder, name))))
  return saw(runnable.filter(Boolean).length, Date.now())
}

/** Certbot runs both kinds after a renewal. */
const seeSharedHooks = async (directory: string, grant: RightsAdvice): Promise<Pick<CertbotFolder, 'sharedHooks' | 'postHooks'>> => {
  const [deploy, post] = [
    await hooksIn(join(directory, 'renewal-hooks/deploy'), grant),
    await hooksIn(join(directory, 'renewal-hooks/post'), grant),
  ]
  const sharedHooks = deploy.seen ? saw(deploy.value + Number(await namesAHook(directory)), Date.now()) : deploy
  return { sharedHooks, postHooks: post }
}

/** What is no lineage is none: a folder of the file system, a file, one without any of the four names. */
const isStray = async (directory: string, name: string): Promise<boolean> => {
  if (name === 'README' || name === 'lost+found') return false
  const inside = await readdir(join(directory, 'live', name)).catch((error: unknown) =>
    codeOf(error) === 'ENOTDIR' ? ([] as string[]) : undefined,
  )
  // One that may not be entered may be one.
  return inside === undefined || linkNames.some((one) => inside.includes(`${one}.pem`))
}

/** All lineages of a folder of certbot such as `/etc/letsencrypt`. Not seen: neither its configuration nor its certificates may be listed. */
export const seeCertbotFolder = async (directory: string, grant: RightsAdvice = grantCommand): Promise<Seen<CertbotFolder>> => {
  const [confs, lives] = [await namesIn(join(directory, 'renewal'), grant), await namesIn(join(directory, 'live'), grant)]
  if (!confs.seen) return confs
  const configured = confs.value.filter((file) => file.endsWith('.conf')).slice(0, mostLineages)
  const renewed = await Promise.all(
    configured.map(async (file) =>
      lineageOf(directory, file.slice(0, -'.conf'.length), await readConf(join(directory, 'renewal', file), grant), grant),
    ),
  )
  if (!lives.seen && renewed.length === 0)
    return couldNotLook(lives.cause, grant('rx', [join(directory, 'live'), join(directory, 'archive')]))
  const known = new Set(renewed.map((one) => basename(dirname(one.path))))
  const unknown = lives.seen ? lives.value.filter((name) => !known.has(name)).slice(0, mostLineages) : []
  const areStrays = await Promise.all(unknown.map((name) => isStray(directory, name)))
  const strays = unknown.filter((_, index) => areStrays[index])
  const unrenewed = await Promise.all(strays.map((name) => lineageOf(directory, name, undefined, grant)))
  return saw({ directory, lineages: [...renewed, ...unrenewed], ...(await seeSharedHooks(directory, grant)) }, Date.now())
}
