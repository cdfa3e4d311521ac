import { groupOf } from '../core/render/view.ts'

/** What a backup, a restore or an update may disturb while it works: the services of its compose project and what is seen of them. */
const disturbed: ReadonlySet<string> = new Set(
  'compose containers endpoints flow postgres rabbitmq redis prometheus access-log error-log migrations commands'.split(' '),
)

/** No work explains these: they stay bad, or are seen only once, and would be lost. */
const unexplained: ReadonlySet<string> = new Set(['compose.oom', 'compose.config', 'endpoint.certificate', 'postgres.wraparound'])

const checkSubject = /^check\/([\w-]+)$/

/** Whether Ronde's own work on the project explains a finding; `monitoring.broken` by the check that could not look. */
export const isExplainedByWork = ({
  action,
  id,
  subject,
}: {
  readonly action: string
  readonly id: string
  readonly subject: string
}): boolean => {
  if (action !== 'health-check' || unexplained.has(id)) return false
  return disturbed.has(checkSubject.exec(subject)?.[1] ?? groupOf(action, id))
}
