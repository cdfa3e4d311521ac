import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { type Status, worstStatus } from '../../contract/status.ts'
import { largest } from '../../core/largest.ts'
import { formatBytes, formatDuration } from '../../core/quantity.ts'
import { judge } from '../../core/threshold.ts'
import type { Replication, ReplicationLink } from './observation.ts'
import { type PostgresSubject, thresholdOf } from './thresholds.ts'

const kindWords: Record<ReplicationLink['kind'], string> = {
  standby: 'standby',
  'idle-slot': 'slot without a reader',
  'lost-slot': 'slot',
  self: 'this standby',
}

const judgeLink = (link: ReplicationLink, about: PostgresSubject): { readonly status: Status; readonly cleared: boolean } => {
  const time = judge(link.lagMs ?? 0, thresholdOf(about, 'replication-lag'))
  const backlog = judge(link.lagBytes ?? 0, thresholdOf(about, 'replication-backlog'))
  const cutOff: Status = link.kind === 'lost-slot' ? 'critical' : link.kind === 'self' && link.state === 'disconnected' ? 'warning' : 'ok'
  const status = worstStatus([time.status, backlog.status, cutOff])
  return { status, cleared: status === 'ok' && time.cleared && backlog.cleared }
}

const describe = (link: ReplicationLink): string => {
  const behind = [
    ...(link.lagMs === undefined ? [] : [formatDuration(link.lagMs)]),
    ...(link.lagBytes === undefined ? [] : [formatBytes(link.lagBytes)]),
  ]
  const name = `${kindWords[link.kind]}${link.name === '' ? '' : ` ${link.name}`}`
  if (link.kind === 'lost-slot') return `${name} is lost (${link.state}): what it needs is gone, so its reader can never go on`
  return `${name} ${link.state}, ${behind.length === 0 ? 'lag unknown' : `${behind.join(' or ')} behind`}`
}

/** How far standbys and slots are behind; no finding where there is no replication. */
export const judgeReplication = ({ links }: Replication, about: PostgresSubject): readonly JudgedFinding<'postgres.replication-lag'>[] => {
  if (links.length === 0) return []
  const judged = links.map((link) => ({ link, ...judgeLink(link, about) }))
  const status = worstStatus(judged.map((one) => one.status))
  const worst = judged.find((one) => one.status === status)
  const lag = thresholdOf(about, 'replication-lag')
  const backlog = thresholdOf(about, 'replication-backlog')
  return [
    finding({
      id: 'postgres.replication-lag',
      subject: about.subject,
      status,
      cleared: judged.every((one) => one.cleared),
      title: worst === undefined ? about.subject : `${about.subject}: ${describe(worst.link)}`,
      observed: worst === undefined ? '' : describe(worst.link),
      expected: `less than ${formatDuration(lag.warning)} and ${formatBytes(backlog.warning)} behind`,
      advice:
        status === 'ok'
          ? ''
          : links.some((link) => link.kind === 'lost-slot')
            ? 'build the reader of the lost slot anew from a base backup (a logical one: from a new copy of its tables), then drop the slot: SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots; raise max_slot_wal_keep_size if the disk allows'
            : 'see whether the standby runs and reaches its primary; a slot that nobody will read again keeps the disk filling until it is dropped: SELECT slot_name, active FROM pg_replication_slots;',
      evidence: links.slice(0, 10).map(describe),
      audience: 'technical',
      measurements: [
        { name: 'replication-lag', value: largest(links.map((link) => link.lagMs ?? 0)), unit: 'ms' },
        { name: 'replication-backlog', value: largest(links.map((link) => link.lagBytes ?? 0)), unit: 'bytes' },
      ],
    }),
  ]
}
