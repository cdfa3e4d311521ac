import { resolve } from 'node:path'
import type { Action } from '../../contract/action.ts'
import type { Registry } from '../../contract/registry.ts'
import { commonSections, commonShape } from '../../core/options/common.ts'
import { declaredInputs, runShapeOf } from '../../core/options/inputs.ts'
import { roundName } from '../../core/options/suite.ts'
import { type Configuration, fileLayer, type ReadBase, readConfiguration } from './configuration.ts'
import { type EventTrust, refuseWhatIsNotOurs } from './foreign.ts'
import { type ReadInputs, readInputs } from './inputs.ts'
import { type Layer, type Parsed, parseLayers } from './layers.ts'
import { type Path, pathText } from './path.ts'
import { type Environment, lookup } from './secrets.ts'
import { type Otherwise, type PickedServer, pickServer } from './server.ts'

export type RunRequest = {
  /** The action that is run, or `round` for the root action. */
  readonly action: Action | typeof roundName
  /** The actions of this release. */
  readonly registry: Registry
  /** The process's environment: `INPUT_*`, `GITHUB_WORKSPACE`, and the names that `${NAME}` may mean. */
  readonly environment: Environment
  readonly hostname: string
  /** What the event brought, and whose the configuration may be; absent where no event started it. */
  readonly trust?: EventTrust
  /** Of a pull request. */
  readonly readBase?: ReadBase | undefined
  /** Told every secret as soon as it is known, also of a run whose parsing fails afterwards. */
  readonly mask: (secret: string) => void
}

/** What all parts of the parsing know. */
export type Setting = {
  readonly request: RunRequest
  readonly inputs: ReadInputs
  readonly run: Parsed
  readonly file: Configuration
  readonly server: PickedServer
  readonly actions: readonly string[]
  readonly find: (name: string) => string | undefined
}

/** The inputs that were given, of these kinds. */
export const belonging = ({ given }: ReadInputs, ...kinds: readonly string[]): readonly Layer[] =>
  given.filter(({ input }) => kinds.includes(input.belongs)).map(({ layer }) => layer)

/** What was given for a text input. */
export const textAt = (layers: readonly Layer[], name: string): string | undefined => {
  const found = layers.map((layer) => layer.value[name]).find((value) => value !== undefined)
  return typeof found === 'string' ? found : undefined
}

/** An action of the repository belongs to no server by itself, least of all to the machine it happens to run on. */
const otherwiseOf = ({ action, environment, hostname }: RunRequest): Otherwise => {
  const repository = environment['GITHUB_REPOSITORY'] ?? ''
  const isOfRepository = action !== roundName && action.place === 'repository' && repository !== ''
  return isOfRepository ? { name: repository, isServer: false } : { name: hostname, isServer: true }
}

/** Reads what was written for a run: inputs, file, server. */
export const gather = async (request: RunRequest): Promise<Setting> => {
  const { action, environment, registry } = request
  const inputs = await readInputs(environment, declaredInputs(action))
  const find = lookup(environment)
  const layers = belonging(inputs, 'run')
  const workspace = resolve(environment['GITHUB_WORKSPACE'] ?? '.')
  const file = await readConfiguration({ config: textAt(layers, 'config'), workspace, readBase: request.readBase })
  if (request.trust !== undefined)
    refuseWhatIsNotOurs(request.trust, { file, inputs, sections: Object.keys(registry), ofBase: request.readBase !== undefined })
  const absent = (path: Path) => ({ source: `input ${path.join('-')}`, path: '' })
  const run = parseLayers({ shape: runShapeOf(action), layers, absent, find })
  const server = pickServer(file, textAt(layers, 'server'), otherwiseOf(request))
  return { request, inputs, run, file, server, find, actions: Object.keys(registry) }
}

/** The common part. A secret of a section that the action does not read need not be set: nobody asks for it. */
export const parseCommon = ({ inputs, file, server, find }: Setting): Parsed =>
  parseLayers({
    shape: commonShape,
    layers: [
      fileLayer(file, [], Object.keys(commonShape)),
      ...(server.overrides === undefined ? [] : [fileLayer(file, server.overrides, Object.keys(commonShape))]),
      ...belonging(inputs, 'common'),
    ],
    absent: (path) => ({ source: file.source, path: pathText(path) }),
    find,
    mayBeUnset: ([section]) => Object.hasOwn(commonSections, String(section)),
  })
