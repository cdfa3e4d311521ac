import type { JsonObject } from '../../contract/json.ts'
import { type Mistake, UserError } from '../../contract/user-error.ts'
import { type Common, commonNotYet, commonShape } from '../../core/options/common.ts'
import type { RunInputs } from '../../core/options/inputs.ts'
import { roundName } from '../../core/options/suite.ts'
import type { ReadConfiguration } from '../configuration-read.ts'
import { type Configuration, fileLayer } from './configuration.ts'
import { checkKeys } from './file-keys.ts'
import { textsOf } from './foreign.ts'
import { formatMistakes } from './format.ts'
import { eachOnce, parseLayers } from './layers.ts'
import { holdsExpression, leftAsWritten } from './left-as-written.ts'
import type { ParsedOptions } from './options.ts'
import { isMapping, type Path, pathText, valueAt } from './path.ts'
import { namesIn } from './secrets.ts'
import { belonging, gather, parseCommon, type RunRequest, type Setting } from './setting.ts'
import { withPlaces } from './where-keys-belong.ts'
import { invocationLayer, parseInvoked, parseWork } from './work.ts'

/** The common part as far as the incidents of a server go by it. */
const ofServer = ['incidents', 'contacts', 'maintenance', 'time-zone'] as const
export type CommonOfServer = Pick<Common, (typeof ofServer)[number]>

/** Everything that a run was told, valid and complete. */
export type ParsedRun = {
  readonly server: string
  readonly failOn: 'warning' | 'critical' | 'never'
  readonly incidents: boolean
  readonly configuration: ReadConfiguration
  readonly token: string | undefined
  readonly reportFile: string | undefined
  /** The input, else of a single action its section's. Entries of a round have their own. */
  readonly timeoutMs: number | undefined
  readonly dryRun: boolean
  readonly stateDir: string | undefined
  /** The common part of the file with the server's overrides and the common inputs laid over it. */
  readonly common: Common
  /** Of a single action; empty for a round. */
  readonly options: Readonly<Record<string, unknown>>
  /** Where the database's URL of a single action stood. */
  readonly databaseUrl: ParsedOptions['databaseUrl']
  /** All values to mask, before anything is printed. */
  readonly secrets: readonly string[]
  /** What this release leaves out, one line each. */
  readonly notices: readonly string[]
  readonly round: { readonly name: string; readonly entries: readonly ParsedOptions[] } | undefined
  /** The names under `servers:`, in their order. */
  readonly servers: readonly string[]
  /** The common part for another server, with its overrides. Throws a UserError. */
  readonly commonFor: (server: string) => CommonOfServer
  /** The options of any action of this run's configuration, for one action that invokes another. Throws a UserError. */
  readonly optionsFor: (action: string, overrides: JsonObject) => Promise<ParsedOptions>
}

const noticesOf = (setting: Setting, notYet: readonly string[]): readonly string[] => {
  const roots: readonly Path[] = [[], ...(setting.server.overrides === undefined ? [] : [setting.server.overrides])]
  const written = commonNotYet.filter((key) => roots.some((root) => valueAt(setting.file.value, [...root, key]) !== undefined))
  const ignored = [...new Set([...notYet, ...written])]
  return [
    ...(ignored.length > 0 ? [`not in this release, ignored: ${ignored.join(', ')}`] : []),
    ...(setting.file.misplaced ?? []).map((one) => `${one} is not read: rename it to .github/ronde.yml, or name it by the input config`),
  ]
}

/** When the file could not be read, what is missing may stand in it: only what is wrong by itself is told then. */
const worthTelling = (file: Configuration, mistakes: readonly Mistake[]): readonly Mistake[] =>
  file.mistakes.length === 0 ? mistakes : mistakes.filter((one) => one.message !== 'missing')

const userError = (mistakes: readonly Mistake[]): UserError => new UserError(formatMistakes(mistakes), mistakes)

const optionsFor =
  (setting: Setting): ParsedRun['optionsFor'] =>
  async (name, overrides) => {
    const { parsed, mistakes, secrets } = await parseInvoked(name, invocationLayer(overrides, 'another action'), setting)
    for (const secret of secrets) setting.request.mask(secret)
    if (parsed === undefined) throw userError(mistakes)
    return parsed
  }

const commonFor =
  ({ file, find, inputs }: Setting): ParsedRun['commonFor'] =>
  (server) => {
    const overrides = isMapping(valueAt(file.value, ['servers', server])) ? [fileLayer(file, ['servers', server], ofServer)] : []
    const shape = Object.fromEntries(ofServer.map((name) => [name, commonShape[name]]))
    const layers = [fileLayer(file, [], ofServer), ...overrides, ...belonging(inputs, 'common')]
    const { value, mistakes } = parseLayers({ shape, layers, absent: (path) => ({ source: file.source, path: pathText(path) }), find })
    if (value === undefined) throw userError(mistakes)
    return value as CommonOfServer
  }

/** What writes to GitHub by itself is looked at by who started it; its mistakes are no incident of a server, unless an input says so. */
const wantsIncidents = (given: RunInputs, common: Common, { action }: RunRequest): boolean =>
  given.incidents ?? ((action === roundName || action.kind === 'observe' || action.place !== 'repository') && common.incidents.enabled)

/** What somebody else's configuration looks at says nothing of the server: it could close every incident. */
const heldIncidents = ({ run, request }: Setting, common: Common): readonly string[] =>
  request.trust?.foreign !== undefined && wantsIncidents(run.value as RunInputs, common, request)
    ? [`incidents are not touched: ${request.trust.foreign}`]
    : []

/** Whether incidents are told, and with it from which status the step fails: the issue tells, so a red run means Ronde itself. */
const verdictRules = (given: RunInputs, common: Common, request: RunRequest): Pick<ParsedRun, 'incidents' | 'failOn'> => {
  const incidents = wantsIncidents(given, common, request) && request.trust?.foreign === undefined
  return { incidents, failOn: given['fail-on'] ?? (incidents ? 'never' : 'critical') }
}

const ofSingle = (single: ParsedOptions | undefined): Pick<ParsedRun, 'options' | 'databaseUrl'> => ({
  options: single?.options ?? {},
  databaseUrl: single?.databaseUrl,
})

const configurationOf = ({ source, isThere }: Configuration): ReadConfiguration => ({
  source,
  isThere,
  words: isThere ? source : `no ${source} in the workspace: defaults`,
})

const assembled = (setting: Setting, common: Common, work: readonly ParsedOptions[]): Omit<ParsedRun, 'secrets' | 'notices'> => {
  const given = setting.run.value as RunInputs
  const isRound = setting.request.action === roundName
  const [single] = isRound ? [] : work
  return {
    server: given.server ?? setting.server.name,
    ...verdictRules(given, common, setting.request),
    configuration: configurationOf(setting.file),
    token: given.token,
    reportFile: given['report-file'],
    timeoutMs: given.timeout ?? single?.timeoutMs,
    dryRun: given['dry-run'] ?? false,
    stateDir: given['state-dir'] ?? common['state-dir'],
    common,
    ...ofSingle(single),
    round: isRound ? { name: given.round ?? '', entries: work } : undefined,
    servers: Object.keys(isMapping(setting.file.value['servers']) ? setting.file.value['servers'] : {}),
    commonFor: commonFor(setting),
    optionsFor: optionsFor(setting),
  }
}

/** Shorter ones are told by the section that uses them, and by it alone. */
const leastElsewhere = 8

/** What sections name that this run does not read is as secret; a path that a text happens to name is none. */
const namedElsewhere = ({ file, find }: Setting): readonly string[] =>
  textsOf(file.value)
    .flatMap(({ text }) => namesIn(text))
    .flatMap((name) => find(name) ?? [])
    .filter((one) => one.length >= leastElsewhere && !one.startsWith('/'))

/** In sections that this run does not judge, GitHub evaluates nothing either. */
const expressionsIn = (file: Configuration, told: readonly Mistake[]): readonly Mistake[] =>
  textsOf(file.value)
    .filter(({ text }) => holdsExpression(text))
    .map(({ path, text }) => ({
      source: file.source,
      ...file.place(path, 'value'),
      path: pathText(path),
      message: leftAsWritten(text, false) ?? '',
    }))
    .filter((one) => !told.some(({ line, column }) => line === one.line && column === one.column))

/** Parses inputs and configuration of a run. Throws one UserError that names every mistake of both. */
export const parseRun = async (request: RunRequest): Promise<ParsedRun> => {
  const setting = await gather(request)
  const { inputs, run, file, server, actions } = setting
  const keys = checkKeys(file, actions)
  const common = parseCommon(setting)
  const work = await parseWork(setting)
  const secrets = new Set([run, common, ...work.outcomes].flatMap((one) => one.secrets))
  for (const secret of [...secrets, ...namedElsewhere(setting)]) request.mask(secret)
  const own = [...inputs.mistakes, ...run.mistakes, ...server.mistakes]
  const judged = [...keys.mistakes, ...common.mistakes, ...work.mistakes, ...work.outcomes.flatMap((one) => one.mistakes), ...own]
  const mistakes = [...file.mistakes, ...worthTelling(file, [...judged, ...expressionsIn(file, judged)])]
  if (mistakes.length > 0 || common.value === undefined) throw userError(await withPlaces(eachOnce(mistakes), request.registry))
  const parsed = work.outcomes.flatMap((one) => (one.parsed === undefined ? [] : [one.parsed]))
  const values = common.value as Common
  return {
    ...assembled(setting, values, parsed),
    secrets: [...secrets],
    notices: [...heldIncidents(setting, values), ...noticesOf(setting, [...keys.notYet, ...work.notYet])],
  }
}
