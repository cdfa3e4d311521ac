import { z } from 'zod'
import type { ComposeProject } from '../contract/compose.ts'
import { couldNotLook, type Seen } from '../contract/seen.ts'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'
import { plainWords } from '../core/text/plain.ts'

/** One line of `docker ps`: a container of some compose project. */
export type Labelled = {
  readonly id: string
  readonly project: string
  readonly directory: string
  readonly files: readonly string[]
  readonly oneOff: boolean
  /** Docker's word: running, exited, … */
  readonly state: string
}

const label = (name: string) => `{{json (.Label "com.docker.compose.${name}")}}`

/** The arguments that list every container of every compose project, a JSON array a line: a label may hold any character. */
export const listArguments: readonly string[] = [
  'ps',
  '--all',
  '--no-trunc',
  '--filter=label=com.docker.compose.project',
  '--format',
  `[{{json .ID}},${label('project')},${label('project.working_dir')},${label('project.config_files')},${label('oneoff')},{{json .State}}]`,
]

/** It becomes an argument: never an option. */
export const containerId = () => z.string().regex(/^[A-Za-z0-9]/)

const line = once(() => z.tuple([containerId(), z.string(), z.string(), z.string(), z.string(), z.string()]))

type Fields = z.infer<ReturnType<typeof line>>

/** Id, project, its folder, its files, whether it is a one-off, its state: as docker writes them. */
export const labelled = ([id, project, directory, files, oneOff, state]: Fields): Labelled => ({
  id,
  project,
  directory,
  files: files.split(',').filter((file) => file !== ''),
  oneOff: oneOff === 'True',
  state,
})

/** Reads what `docker ps` answers to `listArguments`; throws when it is not that. */
export const parseLabelled = (stdout: string): readonly Labelled[] =>
  stdout
    .split('\n')
    .filter((one) => one.trim() !== '')
    .map((one) => labelled(line().parse(jsonValue(one), { jitless: true })))

/** A compose project that has containers here. */
export type FoundProject = Omit<ComposeProject, 'from'> & { readonly running: boolean }

const runningStates: ReadonlySet<string> = new Set(['running', 'restarting', 'paused'])

/** The projects behind the containers, by name. What `docker compose run` left behind does not make a project. */
export const projectsOf = (all: readonly Labelled[]): readonly FoundProject[] => {
  const byName = Map.groupBy(
    all.filter((one) => !one.oneOff),
    (one) => one.project,
  )
  return [...byName].flatMap(([name, members]) => {
    const first = members[0]
    if (first === undefined) return []
    return [{ name, directory: first.directory, files: first.files, running: members.some((one) => runningStates.has(one.state)) }]
  })
}

const listed = 10
const plainYaml = (text: string) => (/^[\w./-]{1,200}$/.test(text) ? text : JSON.stringify(plainWords(text.slice(0, 200))))

/** Several projects, of which nothing says which one is meant: their names, and for each the line to write. */
export const severalProjects = (projects: readonly FoundProject[]): Seen<never> => {
  const shown = projects.slice(0, listed)
  const unlike = (key: 'directory' | 'name') => new Set(projects.map((one) => one[key])).size === projects.length
  const lineFor = (one: FoundProject) =>
    unlike('directory') ? `compose: { directory: ${plainYaml(one.directory)} }` : `compose: { project: ${plainYaml(one.name)} }`
  return couldNotLook(
    `${projects.length} compose projects are here: ${shown.map((one) => `${plainYaml(one.name)} in ${plainYaml(one.directory)}`).join(', ')}`,
    `write one of these lines into ronde.yml: ${shown.map(lineFor).join(' or ')}`,
  )
}

/** Without configuration: the one running project, or, when none runs, the only stopped one. */
export const onlyProject = (projects: readonly FoundProject[]): Seen<never> | FoundProject => {
  const running = projects.filter((one) => one.running)
  const [first, ...others] = running.length > 0 ? running : projects
  if (first === undefined)
    return couldNotLook(
      'no container of a compose project is here',
      'start it, or write into ronde.yml where it is: compose: { directory: /srv/… }',
    )
  return others.length === 0 ? first : severalProjects([first, ...others])
}
