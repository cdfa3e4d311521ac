import { z } from 'zod'
import type { Action, OptionShape } from '../../contract/action.ts'
import type { CommonSection } from '../../contract/common-options.ts'
import { once } from '../once.ts'
import { accepts, definition } from './accepts.ts'
import { absolutePath, commonSections, serverName } from './common.ts'
import { duration } from './duration.ts'
import { secretText } from './secret.ts'
import { roundName } from './suite.ts'
import { texts } from './texts.ts'

const path = once(() => z.string().min(1))

/** Inputs that every action has. Their defaults stand in the descriptions: only `token` has one in `action.yml`, any other would beat `ronde.yml`. */
export const runShape = {
  config: path()
    .optional()
    .register(texts, {
      description: 'Path of the configuration, relative to the workspace. Default: `.github/ronde.yml`, which may be missing.',
      examples: ['ops/ronde.yml'],
    }),
  server: serverName()
    .optional()
    .register(texts, {
      description: "Name of this server. Default: `server:` of the configuration, else the host's name.",
      examples: ['quiz-prod'],
    }),
  'fail-on': z
    .enum(['warning', 'critical', 'never'])
    .optional()
    .register(texts, {
      description: 'Status from which the step fails. Default: `critical`, or `never` when `incidents` is `true`.',
      examples: ['warning'],
    }),
  incidents: z
    .boolean()
    .optional()
    .register(texts, {
      description: 'Open, update and close one issue per incident. Default: `incidents.enabled` of the configuration, else `false`.',
      examples: [true],
    }),
  token: secretText()
    .optional()
    .register(texts, { description: "Token for GitHub's API.", examples: ['${{ secrets.RONDE_TOKEN }}'] }),
  'report-file': path()
    .optional()
    .register(texts, {
      description: 'Where the JSON report is written. Default: a file under `RUNNER_TEMP`.',
      examples: ['/var/lib/ronde/last.json'],
    }),
  timeout: duration({ minMs: 1 })
    .optional()
    .register(texts, { description: 'Deadline of the run, such as `2m`. Default: that of each action.', examples: ['2m'] }),
  'state-dir': absolutePath()
    .optional()
    .register(texts, { description: 'Folder of the state. Default: `state-dir:` of the configuration.', examples: ['/var/lib/ronde'] }),
}

const dryRun = {
  'dry-run': z
    .boolean()
    .default(false)
    .register(texts, { description: 'Show what would be done and change nothing.', examples: [true] }),
}

/** The run inputs of an action that may change something, and of a round, which may hold one. */
export const changeShape = { ...runShape, ...dryRun }

/** A round has no input for the folder of the state: all actions of a server share one, which `ronde.yml` names. */
const { 'state-dir': _, ...ofRounds } = changeShape

export const roundShape = {
  ...ofRounds,
  round: path()
    .optional()
    .register(texts, { description: 'Name of the round, such as `quick` or `daily`.', examples: ['daily'] }),
}

/** What any of these may give. */
export type RunInputs = z.output<z.ZodObject<typeof roundShape>> & Partial<z.output<z.ZodObject<typeof changeShape>>>

/** Options that every section of `ronde.yml` takes besides its own. */
export const sectionShape = {
  timeout: duration({ minMs: 1 }).optional().register(texts, { description: 'Deadline of this action, such as `2m`.' }),
}

/** An input of an action: its name, and where its value belongs. */
export type DeclaredInput = {
  readonly name: string
  readonly belongs: 'run' | 'common' | 'own'
  /** Of a run input its name; else the way to the option in the action's options. */
  readonly path: readonly string[]
  readonly schema: z.ZodType
}

const flattened = (section: CommonSection): readonly DeclaredInput[] => {
  const schema: z.ZodType = commonSections[section]
  const { innerType = schema } = definition(schema)
  const shape = definition(innerType).shape
  if (shape === undefined || !accepts(schema).has('mapping')) return [{ name: section, belongs: 'common', path: [section], schema }]
  return Object.entries(shape).map(([key, one]) => ({ name: `${section}-${key}`, belongs: 'common', path: [section, key], schema: one }))
}

/** The options that this release acts on. */
export const presentOptions = ({ options, later = [] }: Action): OptionShape =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !later.includes(name)))

const own = (shape: Readonly<Record<string, z.ZodType>>, belongs: 'run' | 'own'): readonly DeclaredInput[] =>
  Object.entries(shape).map(([name, schema]) => ({ name, belongs, path: [name], schema }))

/** The run inputs of an action by their kind, or of a round. */
export const runShapeOf = (action: Action | typeof roundName): Readonly<Record<string, z.ZodType>> =>
  action === roundName ? roundShape : action.kind === 'change' || action.dryRun === true ? changeShape : runShape

/** All inputs of an action: its own options first, then the common ones that it reads, then those of every run. A clash is a bug. */
export const declaredInputs = (action: Action | typeof roundName): readonly DeclaredInput[] => {
  const particular = action === roundName ? [] : [...own(presentOptions(action), 'own'), ...action.reads.flatMap(flattened)]
  const all = [...particular, ...own(runShapeOf(action), 'run')]
  const twice = all.find((one, index) => all.findIndex((other) => other.name === one.name) !== index)
  if (twice !== undefined) throw new Error(`the input ${twice.name} is declared twice`)
  return all
}
