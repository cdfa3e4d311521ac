import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type Action, defineAction, result } from '../../src/contract/action.ts'
import type { Registry } from '../../src/contract/registry.ts'
import { isUserError } from '../../src/contract/user-error.ts'
import { duration } from '../../src/core/options/duration.ts'
import { list } from '../../src/core/options/list.ts'
import { secretText, textWithSecrets } from '../../src/core/options/secret.ts'
import { threshold } from '../../src/core/options/threshold.ts'
import { endpointUrl } from '../../src/core/options/url.ts'
import { type ParsedRun, parseRun } from '../../src/runtime/parse/parse.ts'

const endpoint = z.union([
  endpointUrl().transform((url) => ({ url, name: url })),
  z.strictObject({
    name: z.string().optional(),
    url: endpointUrl(),
    'max-latency': duration().optional(),
    headers: z.record(z.string(), textWithSecrets()).optional(),
  }),
])

const described = <Schema extends z.ZodType>(schema: Schema): Schema => schema.meta({ description: 'For tests.' })

/** A small `observe` action with one option of each kind. */
export const lookAction = defineAction({
  name: 'health-check',
  description: 'Looks.',
  kind: 'observe',
  reads: ['compose', 'database', 'time-zone'],
  options: {
    endpoints: described(list(endpoint, { uniqueBy: (one) => one.url }).default([])),
    checks: described(list(z.enum(['compose', 'endpoints', 'postgres'])).optional()),
    quick: described(z.boolean().default(false)),
    attempts: described(z.number().int().min(1).default(3)),
    password: described(secretText().optional()),
    thresholds: described(
      z
        .strictObject({
          cpu: threshold({ kind: 'percentage', worse: 'above' }).prefault(['80%', '95%']),
          'disk-free': threshold({ kind: 'percentage', worse: 'below' }).optional(),
        })
        .prefault({}),
    ),
  },
  ids: [],
  outputs: {},
  timeoutMs: () => 1000,
  run: async () => result([], []),
})

/** A small `change` action that needs an option. */
export const changeAction = defineAction({
  name: 'backup',
  description: 'Backs up.',
  kind: 'change',
  reads: ['database'],
  options: { root: described(z.string().min(1)), kinds: described(list(z.enum(['database', 'volumes'])).default(['database'])) },
  ids: [],
  outputs: {},
  timeoutMs: () => 1000,
  run: async () => result([], []),
})

export const testRegistry = { 'health-check': async () => ({ action: lookAction }), backup: async () => ({ action: changeAction }) }

export type Told = {
  readonly action?: Action | 'round'
  /** Text of `.github/ronde.yml`; none when absent. */
  readonly file?: string
  /** Where that text stands instead. */
  readonly at?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  readonly hostname?: string
  /** Default: two small actions. */
  readonly registry?: Registry
}

const inputVariables = (inputs: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]))

/** Parses a run in a workspace of its own, through the real files and the real input names. */
export const parseTold = async ({
  action = lookAction,
  file,
  at = '.github/ronde.yml',
  inputs = {},
  environment = {},
  hostname = 'host-1',
  registry = testRegistry,
}: Told): Promise<ParsedRun> => {
  const workspace = mkdtempSync(join(tmpdir(), 'ronde-parse-'))
  try {
    const path = join(workspace, at)
    mkdirSync(dirname(path), { recursive: true })
    if (file !== undefined) writeFileSync(path, file)
    return await parseRun({
      mask: () => {},
      action,
      registry,
      environment: { GITHUB_WORKSPACE: workspace, ...environment, ...inputVariables(inputs) },
      hostname,
    })
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

/** The lines of the user error of a run that must not be accepted. */
export const mistakesOf = async (told: Told): Promise<readonly string[]> => {
  try {
    await parseTold(told)
  } catch (error) {
    if (isUserError(error)) return error.message.split('\n')
    throw error
  }
  throw new Error('it was accepted')
}
