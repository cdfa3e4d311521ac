import type { Fact } from './fact.ts'
import { knownOf } from './identify.ts'
import { wordsOf } from './judge.ts'
import type { IncidentNotification, ReconcileInput } from './model.ts'

type Settled = {
  /** Of what this run says nothing good: another action's, or what is bad and held back. */
  readonly kept: readonly Fact[]
  /** What came and went while GitHub could not be told: no issue was ever made of it. */
  readonly missed: readonly Fact[]
}

/** Rule 11: what becomes of the outbox when GitHub took the writes again. `created` are the identities of new issues. */
export const settled = (facts: readonly Fact[], input: ReconcileInput, created: ReadonlySet<string>): Settled => {
  const words = wordsOf(input)
  const { incidents } = knownOf(input)
  const left = facts.filter(({ fingerprint }) => !incidents.has(fingerprint) && !created.has(fingerprint))
  const isOver = ({ fingerprint }: Fact): boolean => ['good', 'uncleared'].includes(words.get(fingerprint)?.word ?? '')
  const isEnded = (fact: Fact): boolean => left.some((one) => one.kind === 'closed' && one.fingerprint === fact.fingerprint)
  return {
    kept: left.filter((one) => !isOver(one)),
    missed: left.filter((one) => one.kind === 'opened' && isOver(one) && !isEnded(one)),
  }
}

/** Who heard that it began hears that it is over. */
export const overUnseen = (missed: readonly Fact[], server: string): readonly IncidentNotification[] =>
  missed
    .filter((one) => one.told)
    .map(({ fingerprint, title }) => ({
      kind: 'closed',
      fingerprint,
      number: undefined,
      url: undefined,
      status: 'ok',
      server,
      title,
      text: 'It came and went while GitHub could not be told: there is no issue.',
      contacts: [],
    }))
