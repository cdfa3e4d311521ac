import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { defineAction, result } from '../../src/contract/action.ts'
import type { Context } from '../../src/contract/context.ts'
import { finding } from '../../src/contract/finding.ts'
import { planFact, planOf } from '../../src/contract/plan.ts'
import { beginSteps, type Steps, undoSteps } from '../../src/core/steps.ts'

type Where = { readonly folder: string }
type Records = { readonly stop: Where; readonly swap: Where; readonly start: Where }
type World = { readonly context: Context; readonly at: (point: string) => Promise<void> }

const inFolder = ({ folder }: Where) => {
  const path = (name: string) => join(folder, name)
  return {
    write: (name: string, text: string) => writeFileSync(path(name), text),
    isThere: (name: string) => existsSync(path(name)),
    rename: (from: string, to: string) => renameSync(path(from), path(to)),
  }
}

/** Stops a service, swaps its data by two renames, and starts it again. */
const steps: Steps<World, Records> = {
  stop: {
    do: async (where, { at }) => {
      inFolder(where).write('service', 'stopping')
      await at('inside stop')
      inFolder(where).write('service', 'stopped')
    },
    undo: async (where) => inFolder(where).write('service', 'running'),
  },
  swap: {
    do: async (where, { at, context }) =>
      context.uninterrupted(async () => {
        const { rename } = inFolder(where)
        rename('data', 'data.old')
        await at('inside swap')
        rename('data.new', 'data')
      }),
    undo: async (where) => {
      const { rename, isThere } = inFolder(where)
      if (!isThere('data.old')) return
      if (isThere('data')) rename('data', 'data.new')
      rename('data.old', 'data')
    },
  },
  start: {
    do: async (where, { at }) => {
      inFolder(where).write('service', 'starting')
      await at('inside start')
      inFolder(where).write('service', 'running')
    },
    undo: async () => {},
  },
}

export const stepNames = Object.keys(steps) as (keyof Records)[]
/** Every point at which a run can be killed. */
export const points = stepNames.flatMap((name) => [`before ${name}`, `inside ${name}`, `after ${name}`])

const options = {
  folder: z.string(),
  /** Where it says `at POINT` and waits, deaf to every abort. */
  pause: z.string().default(''),
  for: z.number().default(20_000),
  /** Throws at this point instead. */
  fail: z.string().default(''),
}
type Options = { readonly folder: string; readonly pause: string; readonly for: number; readonly fail: string }

const change = async ({ folder, pause, for: waitMs, fail }: Options, context: Context): Promise<void> => {
  const at = async (point: string): Promise<void> => {
    if (point === fail) throw new Error('the disk is full')
    if (point !== pause) return
    context.progress.say(`at ${point}`)
    await delay(waitMs)
  }
  rmSync(join(folder, 'data.old'), { force: true })
  writeFileSync(join(folder, 'data.new'), 'new')
  const begun = beginSteps(steps, { context, at }, context.ledger)
  for (const name of stepNames) {
    await at(`before ${name}`)
    await begun.step(name, { folder })
    await at(`after ${name}`)
  }
}

const done = finding({
  id: 'swap.done',
  subject: 'data',
  status: 'ok',
  title: 'done',
  observed: 'done',
  expected: 'done',
  audience: 'technical',
})

/** A real `change` action of three steps, only for tests. */
export const action = defineAction({
  name: 'test-swap',
  description: 'Swaps data.',
  kind: 'change',
  reads: ['compose', 'database'],
  options,
  ids: ['swap.done'],
  outputs: {},
  timeoutMs: () => 60_000,
  run: async (given, context) => {
    const plan = planOf([{ does: 'swap', subject: given.folder, bytes: 3 }])
    if (!context.dryRun) await change(given, context)
    return { ...result(['swap'], [done]), facts: { plan: planFact(plan) } }
  },
  recover: (context) => undoSteps(steps, context.ledger.pending(), { context, at: async () => {} }),
})

const url = (file: string): string => pathToFileURL(join(import.meta.dirname, '../..', file)).href

const entry = (name: string, part: 'main' | 'post'): string => `import { enableCompileCache } from 'node:module'
enableCompileCache('${join(import.meta.dirname, '../../.build/compiled')}')
const { runMain } = await import('${url('.build/runtime/main.js')}')
const cancel = new AbortController()
const stop = () => cancel.abort('cancelled')
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
const registry = {
  ...(process.env.WITHOUT_SWAP ? {} : { 'test-swap': () => import('${url('.build/support/swap-action.js')}') }),
  'health-check': () => import('${url('.build/actions/health-check/action.js')}'),
}
process.exit(await runMain('${name}', { registry, environment: process.env, cancelled: cancel.signal, looker: '' }, '${part}'))
`

const inputs: Readonly<Record<string, readonly string[]>> = {
  'test-swap': ['folder', 'pause', 'for', 'fail', 'timeout', 'state-dir', 'dry-run'],
  'health-check': ['checks'],
  round: ['round'],
}

/** Writes `<name>.yml` into a folder for each kind of run: the change with and without its post step, a look, and a round. */
export const writeSwapActions = (folder: string) => {
  const write = (file: string, name: string, post: boolean): string => {
    writeFileSync(join(folder, `${file}.mjs`), entry(name, 'main'))
    writeFileSync(join(folder, `${file}-post.mjs`), entry(name, 'post'))
    const lines = [
      'name: test',
      'inputs:',
      ...(inputs[name] ?? []).map((one) => `  ${one}: { description: ${one} }`),
      'runs:',
      '  using: node24',
      `  main: ${file}.mjs`,
      ...(post ? [`  post: ${file}-post.mjs`, '  post-if: always()'] : []),
    ]
    writeFileSync(join(folder, `${file}.yml`), `${lines.join('\n')}\n`)
    return join(folder, `${file}.yml`)
  }
  return {
    swap: write('swap', 'test-swap', true),
    killed: write('killed', 'test-swap', false),
    look: write('look', 'health-check', false),
    round: write('round', 'round', true),
  }
}

/** The data and the service in one line: `old running`. */
export const worldIn = (folder: string): string => {
  const text = (name: string): string => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : 'gone')
  return `${text('data')} ${text('service')}`
}

export const makeWorld = (folder: string): void => {
  writeFileSync(join(folder, 'data'), 'old')
  writeFileSync(join(folder, 'service'), 'running')
}
