import type { Container } from '../../../../contract/compose.ts'
import type { ComposeSnapshot } from '../../../../probes/compose.ts'
import { projectCommand } from '../../../../tools/compose-command.ts'

/** Containers of services that the compose file does not have. */
export const orphansOf = ({ config, containers }: ComposeSnapshot): readonly Container[] => {
  if (config.kind !== 'valid') return []
  const known = new Set([...config.services.map((one) => one.name), ...config.inactive])
  return containers.filter((one) => !one.oneOff && !known.has(one.service))
}

const inOtherFolder = ({ folder }: Container, { project }: ComposeSnapshot): boolean =>
  folder !== undefined && folder !== '' && folder !== project.directory

/** Started in another folder, or with other files: somebody else's, or of a part of the project that these files do not show. */
export const startedElsewhere = (orphans: readonly Container[], snapshot: ComposeSnapshot): readonly Container[] =>
  orphans.filter((one) => inOtherFolder(one, snapshot) || (one.configFiles ?? '') !== snapshot.project.files.join(','))

const shown = 5
const names = (containers: readonly Container[]): string =>
  `${containers
    .slice(0, shown)
    .map(({ name }) => name)
    .join(', ')}${containers.length > shown ? `, ${containers.length - shown} more` : ''}`

/** That several folders start projects of one name: compose takes the containers of one for orphans of the other. */
export const sharedName = (snapshot: ComposeSnapshot): readonly string[] => {
  const others = orphansOf(snapshot).filter((one) => inOtherFolder(one, snapshot))
  const folders = [...new Set(others.map(({ folder = '' }) => folder))].slice(0, shown)
  return folders.length === 0 ? [] : [`containers of that name come from ${folders.join(' and ')} too: ${names(others)}`]
}

/** What the orphans are, and what may be done with them: only what these very files started may be removed by them. */
export const orphanAdvice = (snapshot: ComposeSnapshot): readonly string[] => {
  const orphans = orphansOf(snapshot)
  const elsewhere = startedElsewhere(orphans, snapshot)
  const others = elsewhere.filter((one) => inOtherFolder(one, snapshot))
  const otherFiles = elsewhere.filter((one) => !others.includes(one))
  const own = orphans.filter((one) => !elsewhere.includes(one))
  // It takes every container of the project's name that these files do not have, whoever started it.
  const remove = elsewhere.length === 0 ? projectCommand(snapshot.project, ['up', '-d', '--remove-orphans']) : undefined
  return [
    ...(own.length === 0
      ? []
      : [`containers of services that the file does not have: ${names(own)}${remove === undefined ? '' : `; to remove them: ${remove}`}`]),
    ...(otherFiles.length === 0
      ? []
      : [`containers that were started with other files: ${names(otherFiles)}; name all files in compose.files, or leave it out`]),
    ...(others.length === 0
      ? []
      : [
          `two folders share the project name ${snapshot.project.name} (${names(others)}): give each a name of its own, by \`name:\` in its compose file`,
        ]),
  ]
}
