import { join } from 'node:path'
import type { Finding } from '../../src/contract/finding.ts'
import { type RondeResult, type RondeRun, runRonde } from './ronde.ts'
import type { Stack, StackConfiguration } from './stack.ts'

/** What one round is given instead of the usual. */
export type Different = Omit<RondeRun, 'files' | 'inputs'> & StackConfiguration

/** What a round must say. Ports are left out of subjects, for they differ from run to run. */
export type Expected = {
  /** All findings that are not ok: `critical compose.service service/db`. */
  readonly bad: readonly string[]
  /** The completed checks; all three when not given. */
  readonly scope?: readonly string[]
  /** Texts of the log. */
  readonly told: readonly string[]
  /** By default what the worst finding makes of the step. */
  readonly conclusion?: RondeResult['conclusion']
}

export const healthyStack: Expected = { bad: [], told: ['quick on quiz-faults: ok'] }

export type Rounds = {
  /** The round `quick` of the stack through `action.yml`, on one state: each run is the past of the next. */
  run(different?: Different): Promise<RondeResult>
  /** What is otherwise than expected, in words: exactly these findings are bad, and what they do not explain away is as in the healthy stack. */
  differences(ran: RondeResult, expected: Expected): readonly string[]
  /** `id subject` of the ok findings. */
  good(ran: RondeResult): readonly string[]
}

const checks: Readonly<Record<string, string>> = { compose: 'compose', endpoint: 'endpoints', postgres: 'postgres' }

/** `endpoint https://localhost/`: what one look of one check is about. */
const lookOf = (key: string): string => key.replace(/^(\w+)\.\S+/, '$1')
const checkOf = (key: string): string => checks[key.split('.')[0] ?? ''] ?? ''

/** What the healthy stack says and nothing explains away: the looks of completed checks that have nothing bad. */
const expectedToStay = (healthy: readonly string[], bad: readonly string[], scope: readonly string[]): readonly string[] => {
  const touched = new Set(bad.map((one) => lookOf(one.replace(/^\w+ /, ''))))
  return healthy.filter((key) => scope.includes(checkOf(key)) && !touched.has(lookOf(key)))
}

const conclusionOf = (bad: readonly string[]) => (bad.some((one) => /^(critical|unknown)/.test(one)) ? 'failure' : 'success')
const visibleOf = (ran: RondeResult) => [ran.log, ran.summary, JSON.stringify(ran.outputs), JSON.stringify(ran.reports)].join('\n')

/** Rounds over a stack; its state lives in `folder`. The first one, the baseline of all, is made here and must be healthy. */
export const startRounds = async (stack: Stack, folder: string): Promise<Rounds> => {
  const keyOf = ({ id, subject }: Finding): string => `${id} ${subject.replace(`:${stack.httpsPort}`, '')}`
  const notOk = ({ findings }: RondeResult): readonly Finding[] => findings.filter((one) => one.status !== 'ok')
  const badOf = (ran: RondeResult) => notOk(ran).map((one) => `${one.status} ${keyOf(one)}`)
  const good = ({ findings }: RondeResult) => findings.filter((one) => one.status === 'ok').map(keyOf)
  const run = ({ endpoints = [], database = '{ service: db }', environment, ...rest }: Different = {}) =>
    runRonde('round', {
      inputs: { round: 'quick' },
      stateHome: join(folder, 'state'),
      environment: { ...stack.environment, ...environment },
      files: { '.github/ronde.yml': stack.configuration({ endpoints, database }) },
      ...rest,
    })
  const differences = (ran: RondeResult, { bad, scope = Object.values(checks), told, conclusion = conclusionOf(bad) }: Expected) => {
    const completed = ran.reports.flatMap((report) => report.scope)
    const nothing = (what: string, from: readonly string[], without: readonly string[]) =>
      from.filter((one) => !without.includes(one)).map((one) => `${what}: ${one}`)
    const subjects = notOk(ran).map(({ subject }) => subject)
    return [
      ...nothing('not expected', badOf(ran), bad),
      ...nothing('not found', bad, badOf(ran)),
      ...nothing('not ok any more', expectedToStay(healthy, bad, scope), good(ran)),
      ...nothing('completed', completed, scope),
      ...nothing('not completed', scope, completed),
      ...told.filter((text) => !ran.log.includes(text)).map((text) => `not in the log: ${text}`),
      ...subjects.filter((one) => !ran.summary.includes(one)).map((one) => `not in the summary: ${one}`),
      ...(ran.conclusion === conclusion ? [] : [`the step ended with ${ran.conclusion} instead of ${conclusion}`]),
      ...(visibleOf(ran).includes(stack.password) ? ['the password of the database can be read'] : []),
    ]
  }
  const first = await run()
  const healthy = good(first)
  const wrong = differences(first, healthyStack)
  if (wrong.length > 0) throw new Error(`the stack is not healthy: ${wrong.join('; ')}`)
  return { run, differences, good }
}
