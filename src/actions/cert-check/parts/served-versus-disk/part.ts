import type { Instant } from '../../../../contract/seen.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { CertOptions } from '../../options.ts'
import { type Looked, nothingOf, type OnDisk, type Served } from '../../part.ts'
import { compareServed } from './policy.ts'

export type Both = { readonly served: readonly Served[]; readonly onDisk: readonly OnDisk[] }

/** For the service that the user named: of no other is it known that it presents the certificates. */
const reloadCommand = ({ compose, 'nginx-service': service }: CertOptions): string | undefined => {
  if (service === undefined) return undefined
  const { directory, project } = compose
  const where = directory === undefined ? [] : ['--project-directory', { kind: 'path', name: directory } as const]
  const named = project === undefined ? [] : ['-p', { kind: 'project', name: project } as const]
  return shellCommand(['docker', 'compose', ...where, ...named, 'exec', { kind: 'service', name: service }, 'nginx', '-s', 'reload'])
}

/** What is served against what lies on disk, by name and address; silent where either side saw nothing. Pure; runs after all parts. */
export const judgeServedVersusDisk = ({ served, onDisk }: Both, options: CertOptions, now: Instant): Looked => {
  if (served.length === 0 || onDisk.length === 0) return nothingOf('served-versus-disk')
  const findings = compareServed(served, onDisk, { now, graceMs: options['reload-grace'], reload: reloadCommand(options) })
  return { check: 'served-versus-disk', completed: findings.length > 0, findings, certificates: [] }
}
