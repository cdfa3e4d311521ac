import { lstat, realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Obstacle } from '../../contract/seen.ts'
import type { BackupSite } from './part.ts'

/** Paths as members of an archive: named from the project's folder when all of them are in it, else from `/`. */
export type ArchiveMembers = { readonly project: string; readonly directory: string; readonly members: readonly string[] }

/** What a compose project is usually configured by. */
const usualFiles = [
  '.env',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-compose.override.yml',
  'compose.yml',
  'compose.yaml',
  'compose.override.yaml',
  'grafana.ini',
  'prometheus.yml',
  'nginx.conf',
]

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )

const isInside = (path: string, folder: string): boolean => {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way)
}

/** The paths that a person wrote, as members; what is not there is named. */
const asMembers = async (
  paths: readonly string[],
  from: { readonly project: string; readonly folder: string },
): Promise<ArchiveMembers | Obstacle> => {
  const absolute = paths.map((path) => resolve(from.folder, path))
  const missing: string[] = []
  for (const path of absolute) if (!(await isThere(path))) missing.push(path)
  if (missing.length > 0) return { cause: `there is no ${missing.join(', no ')}`, advice: 'correct the paths, or make what is missing' }
  const directory = absolute.every((path) => isInside(path, from.folder)) ? from.folder : '/'
  return { project: from.project, directory, members: absolute.map((path) => `./${relative(directory, path)}`) }
}

const projectOf = async ({ context }: BackupSite): Promise<{ readonly project: string; readonly folder: string } | Obstacle> => {
  const seen = await context.compose.project()
  return seen.seen ? { project: seen.value.name, folder: await realpath(seen.value.directory).catch(() => seen.value.directory) } : seen
}

/** Paths named from the compose project, which is not needed where all of them are absolute. */
export const membersOf = async (site: BackupSite, paths: readonly string[]): Promise<ArchiveMembers | Obstacle> => {
  if (paths.length === 0)
    return { cause: 'no path is named', advice: 'name the folders and files in `ronde.yml`, such as media: [./media]' }
  const project = await projectOf(site)
  if ('folder' in project) return asMembers(paths, project)
  return paths.every((path) => isAbsolute(path)) ? asMembers(paths, { project: '', folder: '/' }) : project
}

/** Those of the usual files that the compose project has. */
export const usualConfig = async (site: BackupSite): Promise<ArchiveMembers | Obstacle> => {
  const project = await projectOf(site)
  if (!('folder' in project)) return project
  const found: string[] = []
  for (const file of usualFiles) if (await isThere(resolve(project.folder, file))) found.push(file)
  return found.length > 0
    ? asMembers(found, project)
    : { cause: `${project.folder} has none of ${usualFiles.join(', ')}`, advice: 'name the files in `config-files`' }
}
