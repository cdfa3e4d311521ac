import type { Compose } from '../contract/compose.ts'
import type { Seen } from '../contract/seen.ts'
import { didYouMeanOneOf } from '../core/suggestion.ts'

const ways = [[], ['--no-interpolate']] as const

/** The services that the compose file declares, those of profiles that are not active too; undefined when nobody can say. */
const declaredServices = async (compose: Compose): Promise<readonly string[] | undefined> => {
  const project = await compose.project()
  if (!project.seen || project.value.unreadable !== undefined) return undefined
  for (const options of ways) {
    const finished = await compose.run(['--profile', '*', 'config', ...options, '--services'])
    if (finished.ended === 'exit' && finished.exitCode === 0) return finished.stdout.split(/\s+/).filter((name) => name !== '')
  }
  return undefined
}

const mostNamed = 20

/** A name that compose does not declare; `hint`: `; did you mean nginx?`, or nothing. */
export type UndeclaredService = Extract<Seen<never>, { readonly seen: false }> & { readonly hint: string }

/**
 * Whether a service that has no container is declared: then it is down. Any other name is a mistake of the option, and nothing was looked at.
 * `option`: where the name was written.
 */
export const seeDeclared = async (
  compose: Compose,
  service: string,
  option: string,
): Promise<{ readonly seen: true } | UndeclaredService> => {
  const [declared = [], containers] = [await declaredServices(compose), await compose.containers()]
  if (declared.includes(service)) return { seen: true }
  const seen = containers.seen ? containers.value.filter((one) => !one.oneOff).map((one) => one.service) : []
  const known = [...new Set([...declared, ...seen])].filter((one) => one !== '').toSorted()
  const named = known.length === 0 ? 'it has none' : `its services: ${known.slice(0, mostNamed).join(', ')}`
  return {
    seen: false,
    cause: `${option}: ${JSON.stringify(service)} is no service of the compose project; ${named}`,
    advice: `correct ${option}`,
    hint: didYouMeanOneOf(service, known),
  }
}
