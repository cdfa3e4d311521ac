import { UserError } from '../../contract/user-error.ts'
import type { Configuration } from './configuration.ts'
import type { ReadInputs } from './inputs.ts'
import { isMapping, type Path, pathText, valueAt } from './path.ts'
import { namesIn } from './secrets.ts'

/** What a run must know of the event before a configuration is used; see `core/event-guard.ts` and `runtime/event.ts`. */
export type EventTrust = {
  /** Whose the configuration may be when it is not the base's. */
  readonly foreign: string | undefined
  /** Names in every `${NAME}` that the event itself brought. */
  readonly brought: ReadonlySet<string>
  /** What else it brought that could say where something goes. */
  readonly sent: readonly string[]
}

type Text = { readonly path: Path; readonly text: string }

/** Every text of a value, keys too. What several places share is read once, and a deep value does not overflow the stack. */
export const textsOf = (root: unknown): readonly Text[] => {
  const seen = new Set<unknown>()
  const texts: Text[] = []
  const left: { readonly path: Path; readonly value: unknown }[] = [{ path: [], value: root }]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { path, value } = one
    if (typeof value === 'string') texts.push({ path, text: value })
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    for (const [key, inner] of Object.entries(value)) {
      texts.push({ path, text: key })
      left.push({ path: [...path, Array.isArray(value) ? Number(key) : key], value: inner })
    }
  }
  return texts
}

/** Where options may stand: the file, each server, and in each of these every section and entry of a round. */
const places = ({ value }: Configuration): readonly Path[] => {
  const keysOf = (inner: unknown): readonly string[] => (typeof inner === 'object' && inner !== null ? Object.keys(inner) : [])
  const keysAt = (path: Path): readonly Path[] => keysOf(valueAt(value, path)).map((key) => [...path, key])
  const roots: readonly Path[] = [[], ...keysAt(['servers'])]
  const entries = roots
    .flatMap((root) => keysAt([...root, 'rounds']))
    .flatMap((round) => keysOf(valueAt(value, round)).map((index): Path => [...round, Number(index)]))
  return [...roots, ...[...roots, ...entries].flatMap(keysAt)].filter((path) => isMapping(valueAt(value, path)))
}

/**
 * What is used for somebody: told, connected to, run, or read. Programs look in folders for what else to run: certbot for hooks, compose for
 * files that include others; and a line of a file that is read may stand in a log that everybody reads.
 */
export const usedOptions: readonly Path[] = [
  ...['notify', 'privileges', 'run-command', 'commands', 'nginx-service', 'renew-dry-run', 'access-logs', 'error-logs'].map((name) => [
    name,
  ]),
  ['database', 'url'],
  ['database', 'service'],
  ['compose', 'directory'],
  ['compose', 'files'],
  ['log', 'path'],
]

/**
 * Options of actions that may come from such a configuration: what they name is asked over the network without any secret, or read without a
 * word of it being shown. Every other one counts as used, also those of actions that do not exist yet.
 */
export const harmlessOptions: ReadonlySet<string> = new Set(
  [
    'endpoints headers files letsencrypt ca-file thresholds renewal-period reload-grace',
    'tasks databases tables expected-indexes schema-snapshot update-snapshot sessions',
    'one-shot flow rabbitmq redis prometheus checks quick',
    'path branch pull-request look-back reports servers max-age',
    'table date-column day-table day-column log grace expect-rows-deleted',
    'for id subject up-to reason end',
    'paths ecosystems severity unknown-severity critical-packages only-fixable ignore-file comment sarif sbom base offline images os-updates versions',
  ].flatMap((names) => names.split(' ')),
)

/** Where an audit asks what is vulnerable: who chooses that chooses the verdict. Of a pull request it is the base that does. */
export const sourceOptions: ReadonlySet<string> = new Set(['osv-url', 'osv-zip-url', 'kev-url', 'epss-url'])

const given = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== 'none' && !(Array.isArray(value) && value.length === 0)

/** `sections`: the actions, each of which has a section of its own. `ofBase`: it was read of the commit into which a pull request is to be merged. */
type FileOfRun = { readonly file: Configuration; readonly sections: readonly string[]; readonly ofBase?: boolean }

/** What was written for a run. */
type WrittenForRun = FileOfRun & { readonly inputs: ReadInputs }

/** What stands in the section of an action, and is not known as harmless. */
const unknownIn = ({ file, sections, ofBase = false }: FileOfRun, place: Path): readonly Path[] => {
  const section = valueAt(file.value, place)
  if (!sections.includes(String(place.at(-1))) || !isMapping(section)) return []
  return Object.keys(section).flatMap((name) =>
    harmlessOptions.has(name) || (ofBase && sourceOptions.has(name)) ? [] : [[...place, name]],
  )
}

const usedIn = (written: FileOfRun): readonly Path[] => {
  const { file } = written
  const found = places(file)
    .flatMap((place) => [...usedOptions.map((one) => [...place, ...one]), ...unknownIn(written, place)])
    .filter((path) => given(valueAt(file.value, path)))
  return [...new Map(found.map((path) => [pathText(path), path])).values()]
}

const mostShown = 3
const shownPlaces = (all: readonly string[]): string => {
  const unique = [...new Set(all)]
  return `${unique.slice(0, mostShown).join(', ')}${unique.length > mostShown ? ` and ${unique.length - mostShown} more` : ''}`
}

const inputTexts = ({ given: inputs }: ReadInputs) =>
  inputs.flatMap(({ input, layer }) => textsOf(layer.value).map(({ text }) => ({ place: `input ${input.name}`, names: namesIn(text) })))

const withPath = (file: Configuration, path: Path): string => `${file.source} ${pathText(path)}`.trim()

const refuseForeign = (why: string, written: WrittenForRun): void => {
  const { file, inputs } = written
  const named = [
    ...inputTexts(inputs).flatMap(({ place, names }) => (names.length > 0 ? [place] : [])),
    ...textsOf(file.value).flatMap(({ path, text }) => (namesIn(text).length > 0 ? [withPath(file, path)] : [])),
  ]
  const found = [...named, ...usedIn(written).map((path) => withPath(file, path))]
  if (found.length === 0) return
  throw new UserError(
    `Ronde did not run: ${why}, and no \${NAME}, webhook, database, source, command, file or right of such a one is used (${shownPlaces(found)}). Run this on ` +
      'schedule, workflow_dispatch, repository_dispatch or push at the default branch, or name a file without them by the input config',
  )
}

/** As it is, or as a workflow writes it by `toJSON`. */
const holds = (written: string, sent: string): boolean => written.includes(sent) || written.includes(JSON.stringify(sent).slice(1, -1))

/** A name may come with the dispatch, or what stands beside it: the address to which it goes, or YAML that only spells a name when it is read. */
const refuseBrought = ({ brought, sent }: EventTrust, inputs: ReadInputs): void => {
  const found = inputs.given.flatMap(({ input, layer, written }) => {
    const names = textsOf(layer.value).flatMap(({ text }) => namesIn(text))
    const isTheirs = names.length > 0 && (names.some((name) => brought.has(name)) || sent.some((one) => holds(written, one)))
    return isTheirs ? [`input ${input.name}`] : []
  })
  if (found.length === 0) return
  throw new UserError(
    `Ronde did not run: a \${NAME}, or what stands beside one, came with the dispatch (${shownPlaces(found)}), and whoever dispatches does not choose which ` +
      'secret goes where. Write it in ronde.yml or in the workflow',
  )
}

/** Throws a UserError, before any name is replaced, where what the event brought would decide what a secret is used for. */
export const refuseWhatIsNotOurs = (trust: EventTrust, written: WrittenForRun): void => {
  if (trust.foreign !== undefined) refuseForeign(trust.foreign, written)
  refuseBrought(trust, written.inputs)
}
