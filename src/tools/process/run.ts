import type { ChildProcess } from 'node:child_process'
import { Duplex } from 'node:stream'
import type { Conversation, Finished, ProgramEnding, ProgramOptions, RunProgram } from '../../contract/process.ts'
import { capture } from './capture.ts'
import type { Launcher } from './launch.ts'
import { release, supervise } from './supervise.ts'

const defaultMaxBytes = 8 * 1024 * 1024

const finished = (startedAt: number, ending: ProgramEnding, output = { stdout: '', stderr: '', truncated: false }): Finished => ({
  ...output,
  durationMs: Math.round(performance.now() - startedAt),
  ...ending,
})

const conversationPipes = ({ conversation, line }: ProgramOptions): readonly ('ipc' | 'pipe')[] =>
  conversation === undefined ? [] : line === true ? ['ipc', 'pipe'] : ['ipc']

/** A message that cannot be said any more is lost with its child, whose end is told. */
const conversationWith = (child: ChildProcess): Conversation => ({
  say: (message, connection) => void child.send?.(message, connection, {}, () => {}),
  hear: (heard) => void child.on('message', heard),
  line: child.stdio[4] instanceof Duplex ? child.stdio[4] : undefined,
})

/** One program, text in and text out. */
export const createRun =
  ({ load, forget }: Launcher): RunProgram =>
  async (program, args, options) => {
    const launch = await load()
    const startedAt = performance.now()
    if (options.signal.aborted) return finished(startedAt, { ended: 'cancelled' })
    const launched = launch({
      ...options,
      program,
      args,
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...conversationPipes(options)],
    })
    if (!launched.started) return finished(startedAt, launched.ending)
    const { child } = launched
    options.conversation?.(conversationWith(child))
    const stdout = capture(child.stdout, options.maxBytes ?? defaultMaxBytes, options.encoding)
    const stderr = capture(child.stderr, options.maxBytes ?? defaultMaxBytes)
    // A program may end without reading its input (EPIPE); its exit tells whether that was wrong.
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.stdin)
    const ending = await supervise(child, options).ended
    if (child.pid !== undefined) forget(child.pid)
    release(child)
    return finished(startedAt, ending, {
      stdout: stdout.text(),
      stderr: stderr.text(),
      truncated: stdout.truncated() || stderr.truncated(),
    })
  }
