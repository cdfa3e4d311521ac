import type { Finished } from '../contract/process.ts'
import { complaintOf } from '../tools/compose-failure.ts'
import { explainComplaint } from './compose-complaint.ts'

/**
 * Variables that the compose file uses and nobody sets: compose takes them as empty, or stops at the first that must be set (`${NAME:?}`).
 * Whoever started the stack may well have set them.
 */
export const neededVariables = (stderr: string): readonly string[] => [
  ...new Set(
    [...stderr.matchAll(/The \\?"(\w{1,100})\\?" variable is not set|required variable (\w{1,100}) is missing a value/g)].map(
      ([, empty, missing]) => empty ?? missing ?? '',
    ),
  ),
]

type Config = (options: readonly string[], call: { readonly environment?: Readonly<Record<string, string>> }) => Promise<Finished>

/** `read`: the structure, without what the variables would say. `refused`: whatever they are. `open`: nobody could look. */
type Structure =
  | { readonly kind: 'read' | 'refused'; readonly config: Finished; readonly unset: readonly string[] }
  | { readonly kind: 'open'; readonly unset: readonly string[] }

/** What a typed field may take: a number or a size, a truth, a duration, a folder, a policy. Nothing of a value is kept. */
const samples = ['1', 'true', '1s', './1', 'always'] as const
/** Each run names only the first variable that must be set. */
const mostRuns = 12

/** These mean something to docker or to the system itself. */
const isOurs = (name: string): boolean =>
  /^(?:DOCKER|COMPOSE|BUILDKIT|BUILDX|GO|LD|SSL|XDG)|_PROXY$|^(?:PATH|HOME|USER|TMPDIR|TZ)$/i.test(name)

const well = (finished: Finished): boolean => finished.ended === 'exit' && finished.exitCode === 0

/** A complaint of the structure, not of a value: what is set for a variable cannot change it. */
const isOfStructure = (finished: Finished): finished is Finished & { readonly ended: 'exit' } =>
  finished.ended === 'exit' && explainComplaint(finished).about === 'structure'

/** Reads the file with a sample in the place of each variable that is not set; finds more of these on the way. */
const readWith = async (sample: string, unset: Set<string>, config: Config): Promise<Finished> => {
  for (let run = 1; ; run += 1) {
    const set = [...unset].filter((name) => !isOurs(name)).map((name) => [name, sample])
    const finished = await config([], { environment: Object.fromEntries(set) })
    const more = well(finished) ? [] : neededVariables(complaintOf(finished)).filter((name) => !unset.has(name))
    if (more.length === 0 || run === mostRuns) return finished
    for (const name of more) unset.add(name)
  }
}

/** Reads a refused file with something in the place of what is not set: its services and their number are wanted, not their values. */
export const readWithout = async (needed: readonly string[], config: Config): Promise<Structure> => {
  const unset = new Set(needed)
  const read = (found: Finished): Structure => ({ kind: 'read', config: found, unset: [...unset] })
  const [first, ...others] = samples
  const sampled = await readWith(first, unset, config)
  if (well(sampled)) return read(sampled)
  const raw = await config(['--no-interpolate'], {})
  if (well(raw)) return read(raw)
  if (isOfStructure(sampled) && isOfStructure(raw)) return { kind: 'refused', config: sampled, unset: [...unset] }
  for (const sample of others) {
    const finished = await readWith(sample, unset, config)
    if (well(finished)) return read(finished)
  }
  return { kind: 'open', unset: [...unset] }
}
