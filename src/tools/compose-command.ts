import type { ComposeProject } from '../contract/compose.ts'
import { shellCommand, type Word } from '../core/text/shell-command.ts'

const path = (name: string): Word => ({ kind: 'path', name })

/** The others find the project by the labels of its containers. */
const readsFile = new Set(['up', 'config'])

/** A compose command to copy, about the project or one service of it; undefined when a name of it cannot stand in a command. */
export const projectCommand = (project: ComposeProject, subcommand: readonly string[], service?: string): string | undefined => {
  const reads = readsFile.has(subcommand[0] ?? '')
  if (reads && project.unreadable !== undefined) return undefined
  const files = project.files.flatMap((file) => ['--file', path(file)])
  const environment = (project.environmentFiles ?? []).flatMap((file) => ['--env-file', path(file)])
  const location = reads ? ['--project-directory', path(project.directory), ...environment, ...files] : []
  const about: readonly Word[] = service === undefined ? [] : [{ kind: 'service', name: service }]
  return shellCommand(['docker', 'compose', ...location, '-p', { kind: 'project', name: project.name }, ...subcommand, ...about])
}
