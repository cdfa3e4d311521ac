import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { ComposeProject } from '../contract/compose.ts'
import type { ProjectStart } from './compose-labels.ts'

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => !found.isDirectory(),
    // Absent, or not to be seen by this user: compose will say which.
    () => false,
  )

const mayRead = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  )

/** What a name in a label may mean: in the project's folder, wherever it was started; docker-compose 1.29 wrote it as seen from there. */
const placesOf = (directory: string, name: string): readonly string[] =>
  name.startsWith('/') ? [name] : [resolve(directory, name), resolve(directory, basename(name))]

/** The first of these places where there is a file. */
const fileAt = async (places: readonly string[]): Promise<string | undefined> => {
  for (const place of places) if (await isFile(place)) return place
  return undefined
}

/** A label longer than this is none that compose wrote. */
const mostNames = 50

/** The files that a label names, absolute. Commas join them and may stand in a name: the shortest name that is a file counts. */
export const filesOfLabel = async (label: string, directory: string): Promise<readonly string[]> => {
  const pieces = label.split(',').slice(0, mostNames)
  const files: string[] = []
  for (let from = 0; from < pieces.length; ) {
    let [to, found] = [from, undefined as string | undefined]
    while (found === undefined && to < pieces.length) {
      to += 1
      found = await fileAt(placesOf(directory, pieces.slice(from, to).join(',')))
    }
    // Nothing of the rest is there: its first name is what compose will miss.
    if (found === undefined) to = from + 1
    if (found !== undefined || pieces[from] !== '') files.push(found ?? resolve(directory, pieces[from] ?? ''))
    from = to
  }
  return files
}

/** Standard input, or a pipe of the shell that started it: gone since. */
const isStream = (name: string): boolean => /^(?:-|\/dev\/stdin|\/(?:dev|proc\/[^/]+)\/fd\/\d+)$/.test(name)

type Read = Pick<ComposeProject, 'directory' | 'files' | 'environmentFiles' | 'unreadable'>

/** What the containers of a folder were started with, as far as it can be read here. */
export const startedWith = async ({ directory, configFiles, environmentFiles }: ProjectStart): Promise<Read> => {
  if (directory === '') return { directory: '/', files: [], unreadable: 'its containers do not say in which folder its compose file is' }
  if (configFiles.split(',').some(isStream))
    return { directory, files: [], unreadable: 'it was started from standard input: its compose file is nowhere' }
  const [files, environment] = await Promise.all([filesOfLabel(configFiles, directory), filesOfLabel(environmentFiles, directory)])
  const readable = await Promise.all(environment.map(mayRead))
  return { directory, files, environmentFiles: environment.filter((_, index) => readable[index]) }
}
