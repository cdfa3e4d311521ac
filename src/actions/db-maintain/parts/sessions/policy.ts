import { type Finding, finding } from '../../../../contract/finding.ts'
import { counted } from '../../../../core/render/headline.ts'
import type { FactTable } from '../../../../core/render/view.ts'
import { describeSession } from '../../../../domain/postgres/blocking-tree.ts'
import type { Deed } from './signal.ts'
import type { SessionPolicy } from './targets.ts'

type Word = 'done' | 'planned' | 'passed' | 'missed'

/** Whether what the policy wants came true. */
const words: Readonly<Record<Deed['fate'], Word>> = {
  cancelled: 'done',
  terminated: 'done',
  'would cancel': 'planned',
  'would terminate': 'planned',
  gone: 'passed',
  'still there': 'missed',
  'not allowed': 'missed',
  'not reached': 'missed',
  'needs terminate': 'missed',
}

const advices: Readonly<Partial<Record<Deed['fate'], string>>> = {
  'needs terminate':
    'pg_cancel_backend does nothing to a session that runs no query: set sessions.policy to terminate, or end it by hand with SELECT pg_terminate_backend(pid);',
  'still there': 'the server did not stop it in 5 s: it may wait for a disk or a network; read the server log',
  'not reached': 'the run ended first: run it again',
  'not allowed': 'see the finding db.rights',
}

export const count = (deeds: readonly Deed[], word: Word): number => deeds.filter(({ fate }) => words[fate] === word).length

const titleOf = (deeds: readonly Deed[]): string => {
  if (deeds.length === 0) return 'no session beyond a critical limit'
  const parts = [
    [count(deeds, 'done'), 'ended'],
    [count(deeds, 'planned'), 'would be ended'],
    [count(deeds, 'passed'), 'went on by themselves'],
    [count(deeds, 'missed'), 'not ended'],
  ] as const
  return parts.flatMap(([number, word]) => (number === 0 ? [] : [`${counted(number, 'session')} ${word}`])).join(', ')
}

const tell = ({ target, fate }: Deed): string => `${fate} (${target.reason}): ${describeSession(target.session.pid, target.session)}`

/** What the policy did, session by session; nothing when it only reports. */
export const judgePolicy = (deeds: readonly Deed[], { policy }: SessionPolicy, subject: string): readonly Finding[] => {
  if (policy === 'report') return []
  const missed = deeds.filter(({ fate }) => words[fate] === 'missed')
  return [
    finding({
      id: 'db.session-policy',
      subject,
      status: missed.length > 0 ? 'warning' : 'ok',
      title: `${subject}: ${titleOf(deeds)}`,
      observed: `policy ${policy}: ${titleOf(deeds)}`,
      expected: 'every session beyond a critical limit ended',
      advice: [...new Set(missed.map(({ fate }) => advices[fate] ?? ''))].join('; '),
      evidence: deeds.slice(0, 20).map(tell),
      certainty: 'hard',
      audience: 'technical',
    }),
  ]
}

export const gainsOf = (deeds: readonly Deed[]): FactTable => ({
  title: 'Sessions in the way',
  columns: ['pid', 'role', 'application', 'why', 'what was done', 'query'],
  rows: deeds.map(({ target: { session, reason }, fate }) => [
    String(session.pid),
    session.user,
    session.application,
    reason,
    fate,
    session.query,
  ]),
})
