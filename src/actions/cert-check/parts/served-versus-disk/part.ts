import type { Instant } from '../../../../contract/seen.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { CertOptions } from '../../options.ts'
import { type CertOutcome, definePart, nothing, type SeenLeaves } from '../../part.ts'
import { type ComparedId, comparedIds, compareServed } from './policy.ts'

/** For the service that the user named: of no other is it known that it presents the certificates. */
const reloadCommand = ({ compose, 'nginx-service': service }: CertOptions): string | undefined => {
  if (service === undefined) return undefined
  const { directory, project } = compose
  const where = directory === undefined ? [] : ['--project-directory', { kind: 'path', name: directory } as const]
  const named = project === undefined ? [] : ['-p', { kind: 'project', name: project } as const]
  return shellCommand(['docker', 'compose', ...where, ...named, 'exec', { kind: 'service', name: service }, 'nginx', '-s', 'reload'])
}

/** What is served against what lies on disk, by name and address; silent where either side saw nothing. Pure. */
export const judgeServedVersusDisk = ({ served, onDisk }: SeenLeaves, options: CertOptions, now: Instant): CertOutcome<ComparedId> => {
  if (served.length === 0 || onDisk.length === 0) return nothing
  const findings = compareServed(served, onDisk, { now, graceMs: options['reload-grace'], reload: reloadCommand(options) })
  return { completed: findings.length > 0, findings, certificates: [] }
}

export const part = definePart({
  name: 'served-versus-disk',
  description: 'What is served against what lies on disk, by name and address.',
  order: 60,
  options: {},
  ids: comparedIds,
  afterOthers: true,
  run: async (options, { leaves, startedAt }) => judgeServedVersusDisk(leaves, options, startedAt),
})
