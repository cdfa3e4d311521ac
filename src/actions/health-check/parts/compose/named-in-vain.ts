import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { didYouMeanOneOf } from '../../../../core/suggestion.ts'
import type { ComposeConfig } from '../../../../probes/compose.ts'

/** Names of `one-shot` that mean no service: told, and no fault, for the service may be of a profile that is not active. */
export const namedInVain = (named: readonly string[], config: ComposeConfig): readonly JudgedFinding<'compose.config'>[] => {
  if (config.kind !== 'valid') return []
  const known = [...config.services.map(({ name }) => name), ...config.inactive]
  return named
    .filter((name) => !known.includes(name))
    .map((name) =>
      finding({
        id: 'compose.config',
        subject: `one-shot/${name}`,
        status: 'ok',
        title: `one-shot: ${name} is no service of this project`,
        observed: `compose lists ${known.length === 0 ? 'no service' : known.slice(0, 10).join(', ')}`,
        expected: 'the name of a service',
        advice: `take ${name} out of one-shot, or name a service${didYouMeanOneOf(name, known)}`,
        audience: 'technical',
      }),
    )
}
