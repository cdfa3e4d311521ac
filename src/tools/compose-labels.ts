import { z } from 'zod'
import type { AbsentProject } from '../contract/compose.ts'
import { couldNotLook, type Seen } from '../contract/seen.ts'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'
import { plainWords } from '../core/text/plain.ts'

/** One line of `docker ps`: a container of some compose project. */
export type Labelled = {
  readonly id: string
  readonly project: string
  readonly directory: string
  /** As compose wrote them, joined by commas; a name may hold one. */
  readonly configFiles: string
  readonly environmentFiles: string
  readonly oneOff: boolean
  /** Docker's word: running, exited, … */
  readonly state: string
}

/** What is read of a container's labels, behind `com.docker.compose.`. */
const labelNames = ['project', 'project.working_dir', 'project.config_files', 'project.environment_file', 'oneoff'] as const

/** The arguments that list every container of every compose project, a JSON array a line: a label may hold any character. */
export const listArguments: readonly string[] = [
  'ps',
  '--all',
  '--no-trunc',
  '--filter=label=com.docker.compose.project',
  '--format',
  `[{{json .ID}},{{json .State}},${labelNames.map((name) => `{{json (.Label "com.docker.compose.${name}")}}`).join(',')}]`,
]

/** It becomes an argument: never an option. */
export const containerId = () => z.string().regex(/^[A-Za-z0-9]/)

const line = once(() => z.tuple([containerId()], z.string()).refine((fields) => fields.length === 2 + labelNames.length))

/** A container by what docker says of it, and by its labels. */
export const labelled = (id: string, state: string, label: (name: string) => string): Labelled => {
  const [project, directory, configFiles, environmentFiles, oneOff] = labelNames.map(label) as [string, string, string, string, string]
  return { id, project, directory, configFiles, environmentFiles, oneOff: oneOff === 'True', state }
}

/** Reads what `docker ps` answers to `listArguments`; throws when it is not that. */
export const parseLabelled = (stdout: string): readonly Labelled[] =>
  stdout
    .split('\n')
    .filter((one) => one.trim() !== '')
    .map((one) => {
      const [id, ...rest] = line().parse(jsonValue(one), { jitless: true })
      const [state = '', ...labels] = rest
      return labelled(id, state, (name) => labels[labelNames.indexOf(name as (typeof labelNames)[number])] ?? '')
    })

/** How the containers of one folder were started. */
export type ProjectStart = Pick<Labelled, 'directory' | 'configFiles' | 'environmentFiles'>

/** A compose project that has containers here; `starts`: by folder, the newest first, since several folders may share a name. */
export type FoundProject = { readonly name: string; readonly running: boolean; readonly starts: readonly [ProjectStart, ...ProjectStart[]] }

const runningStates: ReadonlySet<string> = new Set(['running', 'restarting', 'paused'])

/** The projects behind the containers, by name; docker lists the newest first. What `docker compose run` left behind does not make a project. */
export const projectsOf = (all: readonly Labelled[]): readonly FoundProject[] => {
  const byName = Map.groupBy(
    all.filter((one) => !one.oneOff),
    (one) => one.project,
  )
  return [...byName].flatMap(([name, members]) => {
    const [first, ...others] = [...Map.groupBy(members, (one) => one.directory).values()].flatMap((those) => those.slice(0, 1))
    if (first === undefined) return []
    return [{ name, running: members.some((one) => runningStates.has(one.state)), starts: [first, ...others] }]
  })
}

const listed = 10
const plainYaml = (text: string) => (/^[\w./-]{1,200}$/.test(text) ? text : JSON.stringify(plainWords(text.slice(0, 200))))

/** Several projects, of which nothing says which one is meant: their names, and for each the line to write. */
export const severalProjects = (projects: readonly FoundProject[]): Seen<never> => {
  const shown = projects.slice(0, listed)
  const folderOf = ({ starts: [start] }: FoundProject) => start.directory
  const folders = new Set(projects.flatMap(({ starts }) => starts.map((one) => one.directory)))
  const isTold = !folders.has('') && folders.size === projects.length && new Set(projects.map(folderOf)).size === projects.length
  const lineFor = (one: FoundProject) =>
    isTold ? `compose: { directory: ${plainYaml(folderOf(one))} }` : `compose: { project: ${plainYaml(one.name)} }`
  return couldNotLook(
    `${projects.length} compose projects are here: ${shown.map((one) => `${plainYaml(one.name)} in ${plainYaml(folderOf(one))}`).join(', ')}`,
    `write one of these lines into ronde.yml: ${shown.map(lineFor).join(' or ')}`,
  )
}

/** The engine answered, and no container of the project that is meant is there. */
export const noProject = (name: string | undefined, cause: string, advice: string): AbsentProject => ({
  seen: false,
  cause,
  advice,
  absent: name,
})

/** Without configuration: the one running project, or, when none runs, the only stopped one. */
export const onlyProject = (projects: readonly FoundProject[]): Seen<never> | AbsentProject | FoundProject => {
  const running = projects.filter((one) => one.running)
  const [first, ...others] = running.length > 0 ? running : projects
  if (first === undefined)
    return noProject(
      undefined,
      'no container of a compose project is here',
      'start it, or write into ronde.yml where it is: compose: { directory: /srv/… }',
    )
  return others.length === 0 ? first : severalProjects([first, ...others])
}
