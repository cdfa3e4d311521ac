import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Duplex, type Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Conversation, Finished, ProgramOptions, RunProgram } from '../core/process.ts'
import { childEnvironment } from './child-environment.ts'

const defaultMaxBytes = 8 * 1024 * 1024
/** Between SIGTERM and SIGKILL. */
const graceMs = 2_000
/** After the program has gone: for what still stands in its pipes, and for a grandchild that holds them. */
const drainMs = 250
/** A longer timer would overflow and fire at once. */
const longestTimerMs = 2 ** 31 - 1

type OnlyEnding<T> = T extends unknown ? Omit<T, 'stdout' | 'stderr' | 'truncated' | 'durationMs'> : never
type Ending = OnlyEnding<Finished>

/** Keeps the head of a stream and reads the rest away, so that a talkative program neither blocks nor fills our memory. */
const capture = (stream: Readable | null, maxBytes: number) => {
  const chunks: Buffer[] = []
  let keptBytes = 0
  let truncated = false
  stream?.on('data', (chunk: Buffer) => {
    const head = chunk.subarray(0, maxBytes - keptBytes)
    if (head.length > 0) chunks.push(head)
    keptBytes += head.length
    truncated ||= head.length < chunk.length
  })
  // A pipe that breaks ends the output; how the program ended is told by its exit.
  stream?.on('error', () => {})
  return {
    truncated: () => truncated,
    text: () => {
      const bytes = Buffer.concat(chunks)
      return truncated ? new StringDecoder('utf8').write(bytes) : bytes.toString('utf8')
    },
  }
}

/** A folder in PATH that we may not enter makes the system say EACCES for a program that is nowhere. */
const standsOnPath = (program: string, path = ''): boolean =>
  program.includes('/') || path.split(delimiter).some((folder) => existsSync(join(folder, program)))

type Request = { readonly program: string; readonly directory: string | undefined; readonly path: string | undefined }

/** Our own words: Node's message for a bad argument or variable repeats its value. */
const startFailure = (error: unknown, { program, directory, path }: Request): Ending => {
  const code = Error.isError(error) && 'code' in error ? String(error.code) : 'unknown error'
  if (directory !== undefined && !existsSync(directory)) return { ended: 'not-started', cause: `no such directory: ${directory}` }
  if (code === 'ENOENT' || (code === 'EACCES' && !standsOnPath(program, path))) {
    return { ended: 'not-started', cause: `no such program: ${program}` }
  }
  if (code === 'EACCES') return { ended: 'not-started', cause: `not permitted to execute ${program}` }
  return { ended: 'not-started', cause: `could not start ${program} (${code})` }
}

/** To the whole process group, so that what the program itself started goes with it. */
const signalGroup = (pid: number | undefined, signal: NodeJS.Signals) => {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: it has gone already. EPERM: it runs as another user (sudo); the caller settles without it.
  }
}

/** Waits for the end, brings it about at the deadline or on abort, and always settles, even when the program cannot be killed. */
const supervise = (child: ChildProcess, request: Request, { timeoutMs, signal }: ProgramOptions): Promise<Ending> =>
  new Promise((resolve) => {
    let stopped: 'timeout' | 'cancelled' | undefined
    let ending: Ending | undefined
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
      if (stopped !== undefined) signalGroup(child.pid, 'SIGKILL')
      const told = stopped === undefined ? ending : { ended: stopped }
      if (told !== undefined) resolve(told)
    }
    const after = (ms: number, next: () => void) => {
      clearTimeout(timer)
      timer = setTimeout(next, ms)
    }
    // One turn of the loop after the timer: what stands in the pipes is read even when this process was busy.
    const drain = () => after(drainMs, () => setImmediate(settle))
    const stop = (why: 'timeout' | 'cancelled') => {
      if (stopped !== undefined || ending !== undefined) return
      stopped = why
      signalGroup(child.pid, 'SIGTERM')
      after(graceMs, () => {
        signalGroup(child.pid, 'SIGKILL')
        drain()
      })
    }
    const cancel = () => stop('cancelled')
    let timer = setTimeout(() => stop('timeout'), Math.min(timeoutMs, longestTimerMs))
    signal.addEventListener('abort', cancel)
    child.once('exit', (exitCode, name) => {
      ending = name === null ? { ended: 'exit', exitCode: exitCode ?? 0 } : { ended: 'signal', signal: name }
      if (stopped === undefined) drain()
    })
    child.once('close', settle)
    child.on('error', (error) => {
      if (child.pid !== undefined) return
      ending = startFailure(error, request)
      settle()
    })
  })

/** Lets go of a program: nothing of it keeps this process alive or listening. */
const release = (child: ChildProcess) => {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  child.unref()
}

/** The groups that run now; they die with this process, however it leaves. */
const createGroups = () => {
  const running = new Set<number>()
  const killAll = () => {
    for (const pid of running) signalGroup(pid, 'SIGKILL')
  }
  return {
    add: (pid: number) => {
      if (running.size === 0) process.on('exit', killAll)
      running.add(pid)
    },
    remove: (pid: number) => {
      running.delete(pid)
      if (running.size === 0) process.removeListener('exit', killAll)
    },
  }
}

const finished = (startedAt: number, ending: Ending, output = { stdout: '', stderr: '', truncated: false }): Finished => ({
  ...output,
  durationMs: Math.round(performance.now() - startedAt),
  ...ending,
})

const conversationPipes = ({ conversation, line }: ProgramOptions): readonly ('ipc' | 'pipe')[] =>
  conversation === undefined ? [] : line === true ? ['ipc', 'pipe'] : ['ipc']

const spawnOptions = (environment: Readonly<Record<string, string>>, options: ProgramOptions): SpawnOptions => ({
  env: environment,
  ...(options.directory === undefined ? {} : { cwd: options.directory }),
  stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...conversationPipes(options)],
  serialization: 'advanced',
  detached: true,
  shell: false,
  windowsHide: true,
})

/** A message that cannot be said any more is lost with its child, whose end is told. */
const conversationWith = (child: ChildProcess): Conversation => ({
  say: (message, connection) => void child.send?.(message, connection, {}, () => {}),
  hear: (heard) => void child.on('message', heard),
  line: child.stdio[4] instanceof Duplex ? child.stdio[4] : undefined,
})

/** The one place that starts programs. `environment` is ours: only its allow-listed part reaches a child. */
export const createRunProgram = (ours: { readonly environment: Readonly<Record<string, string | undefined>> }): RunProgram => {
  const inherited = childEnvironment(ours.environment)
  const groups = createGroups()
  return async (program, args, options) => {
    const { spawn } = await import('node:child_process')
    const startedAt = performance.now()
    if (options.signal.aborted) return finished(startedAt, { ended: 'cancelled' })
    const environment = { ...inherited, ...options.environment }
    const request = { program, directory: options.directory, path: environment['PATH'] }
    let child: ChildProcess
    try {
      child = spawn(program, args, spawnOptions(environment, options))
    } catch (error) {
      // Node throws when the request itself is impossible: a NUL in an argument, a list of arguments that is too long.
      return finished(startedAt, startFailure(error, request))
    }
    if (child.pid !== undefined) groups.add(child.pid)
    options.conversation?.(conversationWith(child))
    const stdout = capture(child.stdout, options.maxBytes ?? defaultMaxBytes)
    const stderr = capture(child.stderr, options.maxBytes ?? defaultMaxBytes)
    // A program may end without reading its input (EPIPE); its exit tells whether that was wrong.
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.stdin)
    const ending = await supervise(child, request, options)
    if (child.pid !== undefined) groups.remove(child.pid)
    release(child)
    return finished(startedAt, ending, {
      stdout: stdout.text(),
      stderr: stderr.text(),
      truncated: stdout.truncated() || stderr.truncated(),
    })
  }
}
