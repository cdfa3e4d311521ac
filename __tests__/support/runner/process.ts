import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { lineSplitter } from './commands.ts'

/** Milliseconds after the start, when this text was printed, or when the test says so. */
export type Moment = { readonly afterMs: number } | { readonly afterOutput: string } | { readonly after: Promise<unknown> }
/** Sends one signal to the entry process, as a person or the kernel may. */
export type Signal = Moment & { readonly name: NodeJS.Signals }
/** SIGINT to the entry process only, SIGTERM after 7.5 s, SIGKILL 2.5 s later; each wait may be shortened. */
export type Cancel = Moment & { readonly interruptMs?: number; readonly terminateMs?: number }

export type EntryProcess = {
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  readonly onLine: (line: string) => void
  readonly signal?: Signal | undefined
  readonly cancel?: Cancel | undefined
  readonly timeoutMs: number
}
export type EntryEnd = {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
  readonly cancelled: boolean
}

/** The runner waits this long for output streams that a surviving child holds open. */
const drainMs = 5_000

/** Runs the entry process of a step. Rejects when it does not end within `timeoutMs`. */
export const runEntry = async (options: EntryProcess): Promise<EntryEnd> => {
  const startedAt = performance.now()
  const child = spawn(options.program, options.args, {
    cwd: options.directory,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode, signal) => resolve([exitCode, signal]))
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  const ended = new AbortController()
  const running = { signal: ended.signal, ref: false }
  const texts = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    const lines = lineSplitter(options.onLine)
    child[name].on('data', (bytes: Buffer) => {
      texts[name] += bytes.toString('utf8')
      lines.write(bytes)
      for (const listener of listeners) listener()
    })
    child[name].once('close', lines.end)
  }
  const printed = (text: string) =>
    new Promise<void>((resolve) => {
      listeners.add(() => (texts.stdout + texts.stderr).includes(text) && resolve())
    })
  const reached = (moment: Moment): Promise<unknown> => {
    if ('after' in moment) return moment.after
    return 'afterMs' in moment ? delay(moment.afterMs, undefined, running) : printed(moment.afterOutput)
  }
  let cancelled = false
  const { signal, cancel } = options
  const interrupt = async () => {
    if (signal === undefined) return
    await reached(signal)
    child.kill(signal.name)
  }
  const cancelAsRunner = async () => {
    if (cancel === undefined) return
    await reached(cancel)
    cancelled = true
    child.kill('SIGINT')
    await delay(cancel.interruptMs ?? 7_500, undefined, running)
    child.kill('SIGTERM')
    await delay(cancel.terminateMs ?? 2_500, undefined, running)
    child.kill('SIGKILL')
  }
  /** The waits are aborted when the process has ended: that is their normal end. */
  const untilEnd = (work: Promise<void>) => work.catch((error) => (ended.signal.aborted ? undefined : Promise.reject(error)))
  const deadline = delay(options.timeoutMs, 'late' as const, running).catch(() => undefined)
  void untilEnd(interrupt())
  void untilEnd(cancelAsRunner())
  const end = await Promise.race([exited, deadline])
  if (end === 'late' || end === undefined) {
    child.kill('SIGKILL')
    throw new Error(`the action did not end within ${options.timeoutMs} ms; it printed:\n${texts.stdout}${texts.stderr}`)
  }
  await Promise.race([closed, delay(drainMs, undefined, running)])
  ended.abort()
  child.stdout.destroy()
  child.stderr.destroy()
  return { exitCode: end[0], signal: end[1], ...texts, durationMs: performance.now() - startedAt, cancelled }
}

/** A process may end while we look, or belong to somebody else: neither is ours. Asked one after the other, which costs a quarter of all at once. */
const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Kills what a job left running, found by `RUNNER_TRACKING_ID` as the runner does at the end of a job; their command lines. */
export const killOrphans = (trackingId: string): readonly string[] => {
  const pids = (existsSync('/proc') ? readdirSync('/proc') : []).filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    if (!textOf(`/proc/${pid}/environ`).split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)) return []
    const commandLine = textOf(`/proc/${pid}/cmdline`)
    if (commandLine === '') return []
    process.kill(Number(pid), 'SIGKILL')
    return [commandLine.split('\0').join(' ').trim()]
  })
}
