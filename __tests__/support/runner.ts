import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Command } from './runner/commands.ts'
import {
  type ActionFile,
  type GitHubContext,
  githubDefaults,
  inputEnvironment,
  readActionFile,
  stepEnvironment,
  unexpectedInputs,
} from './runner/environment.ts'
import { createCommandFiles, type FileEffects, fileCommands, readCommandFiles } from './runner/file-commands.ts'
import { type Annotation, createInterpreter, createMasks, type Masks } from './runner/interpreter.ts'
import { type Cancel, type EntryEnd, killOrphans, runEntry, type Signal } from './runner/process.ts'

export type { GitHubContext }

export type RunOptions = {
  /** Path of an `action.yml`. */
  readonly actionFile: string
  readonly inputs?: Readonly<Record<string, string>>
  /** Laid over a scheduled run on the default branch. */
  readonly github?: GitHubContext
  /** Added to what a self-hosted runner gives; `undefined` takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Secrets that the job masks from its start; the token always is one. */
  readonly secrets?: readonly string[]
  readonly node?: string
  /** `GITHUB_WORKSPACE`; a new empty folder when not given. */
  readonly cwd?: string
  readonly runnerTemp?: string
  readonly signal?: Signal
  readonly cancel?: Cancel
  /** As when runner or host die with `main`: nobody calls `post`. */
  readonly withoutPost?: true
  /** Default 60 s for each of main and post. */
  readonly timeoutMs?: number
}

export type StepResult = Omit<EntryEnd, 'cancelled'> &
  FileEffects & {
    /** What the job page shows; `failure` also when a command or a command file was wrong. */
    readonly conclusion: 'success' | 'failure' | 'cancelled'
    /** The commands that the runner obeyed, in order. */
    readonly commands: readonly Command[]
    readonly annotations: readonly Annotation[]
    readonly masks: readonly string[]
    /** What a person sees, as in a downloaded log. */
    readonly log: string
  }

export type RunnerResult = StepResult & {
  readonly post?: StepResult
  /** Outputs that the runner drops between jobs, since they contain a masked value. */
  readonly withheld: readonly string[]
  /** Command lines of what still ran when the job was over; they are dead now. */
  readonly orphans: readonly string[]
  readonly runnerTemp: string
  readonly workspace: string
  /** Removes the folders that the run made for itself. */
  readonly remove: () => Promise<void>
} & AsyncDisposable

type Job = {
  readonly action: ActionFile
  readonly options: RunOptions
  readonly github: Required<GitHubContext>
  readonly environment: Readonly<Record<string, string>>
  readonly masks: Masks
}

const runStep = async (job: Job, script: string, extra: Readonly<Record<string, string>>, interrupted: boolean): Promise<StepResult> => {
  const { options, masks, environment } = job
  const interpreter = createInterpreter(masks)
  const files = await createCommandFiles(environment['RUNNER_TEMP'] ?? '')
  const inputs = options.inputs ?? {}
  const unexpected = unexpectedInputs(job.action, inputs)
  if (unexpected.length > 0) {
    const valid = Object.keys(job.action.inputs).join("', '")
    interpreter.annotate('warning', `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid}']`)
  }
  const end = await runEntry({
    program: options.node ?? process.execPath,
    args: [resolve(dirname(options.actionFile), script)],
    directory: environment['GITHUB_WORKSPACE'] ?? '',
    environment: {
      ...environment,
      ...extra,
      ...inputEnvironment(job.action, inputs, job.github),
      ...Object.fromEntries(fileCommands.map((name) => [`GITHUB_${name.toUpperCase()}`, files[name]])),
    },
    onLine: interpreter.read,
    timeoutMs: options.timeoutMs ?? 60_000,
    ...(interrupted ? { signal: options.signal, cancel: options.cancel } : {}),
  })
  const effects = await readCommandFiles(files, interpreter, masks)
  const { commands, annotations, outputs, state, log, failed } = interpreter.obeyed
  const { cancelled, ...ended } = end
  return {
    ...ended,
    ...effects,
    outputs: { ...outputs, ...effects.outputs },
    state: { ...state, ...effects.state },
    conclusion: cancelled ? 'cancelled' : failed || end.exitCode !== 0 ? 'failure' : 'success',
    commands,
    annotations,
    masks: masks.all(),
    log: log.join('\n'),
  }
}

const postConditions: Record<string, (main: StepResult) => boolean> = {
  'always()': () => true,
  'success()': (main) => main.conclusion === 'success',
  'failure()': (main) => main.conclusion === 'failure',
  'cancelled()': (main) => main.conclusion === 'cancelled',
  '!cancelled()': (main) => main.conclusion !== 'cancelled',
}

const runPost = (job: Job, main: StepResult): Promise<StepResult> | undefined => {
  const { post, postIf } = job.action
  const condition = postConditions[postIf]
  if (condition === undefined) throw new Error(`the emulator does not know post-if: ${postIf}`)
  if (post === undefined || !condition(main)) return undefined
  const state = Object.entries(main.state).map(([key, value]) => [`STATE_${key}`, value])
  const path = main.path.toReversed().concat(job.environment['PATH'] ?? '')
  return runStep(job, post, { ...main.env, PATH: path.join(':'), ...Object.fromEntries(state) }, false)
}

const prepareFolders = async (options: RunOptions, github: Required<GitHubContext>) => {
  const own = await mkdtemp(join(tmpdir(), 'ronde-runner-'))
  const folders = {
    own,
    temp: options.runnerTemp ?? join(own, 'temp'),
    workspace: resolve(options.cwd ?? join(own, 'workspace')),
    tools: join(own, 'tools'),
    home: join(own, 'home'),
  }
  await Promise.all([folders.temp, folders.workspace, folders.tools, folders.home].map((path) => mkdir(path, { recursive: true })))
  const eventFile = join(own, 'event.json')
  await writeFile(eventFile, JSON.stringify(github.event))
  return { ...folders, eventFile }
}

const given = (environment: RunOptions['environment'] = {}, base: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...base, ...environment }).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** Runs an action as a self-hosted Linux runner would: `main`, then `post`, then the end of the job. */
export const runAction = async (options: RunOptions): Promise<RunnerResult> => {
  const github = { ...githubDefaults, ...options.github }
  const action = await readActionFile(options.actionFile)
  const folders = await prepareFolders(options, github)
  const trackingId = `github_${crypto.randomUUID()}`
  const environment = given(options.environment, stepEnvironment(github, folders, trackingId))
  const masks = createMasks([github.token, ...(options.secrets ?? [])])
  const job: Job = { action, options, github, environment, masks }
  const remove = () => rm(folders.own, { recursive: true, force: true })
  const finish = async () => {
    const main = await runStep(job, action.main, {}, true)
    const post = options.withoutPost ? undefined : await runPost(job, main)
    return { ...main, ...(post === undefined ? {} : { post }) }
  }
  try {
    const steps = await finish()
    const withheld = Object.keys(steps.outputs).filter((name) => masks.apply(steps.outputs[name] ?? '') !== steps.outputs[name])
    const places = { runnerTemp: folders.temp, workspace: folders.workspace }
    return { ...steps, withheld, orphans: killOrphans(trackingId), ...places, remove, [Symbol.asyncDispose]: remove }
  } catch (error) {
    killOrphans(trackingId)
    await remove()
    throw error
  }
}
