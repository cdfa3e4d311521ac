import type { ChildProcess } from 'node:child_process'
import type { ProgramEnding, ProgramLimits } from '../../contract/process.ts'
import { signalGroup } from './groups.ts'

/** Between SIGTERM and SIGKILL. */
const graceMs = 2_000
/** After the program has gone: for what still stands in its pipes, and for a grandchild that holds them. */
const drainMs = 250
/** A longer timer would overflow and fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** A child on its way to its end. `stop` brings the end about; `ended` always settles, even when the program cannot be killed. */
export type Supervised = { readonly ended: Promise<ProgramEnding>; stop(why: 'timeout' | 'cancelled'): void }

/** Waits for the end of a child, and brings it about at the deadline or on abort. */
export const supervise = (child: ChildProcess, { timeoutMs, signal }: ProgramLimits): Supervised => {
  const { promise, resolve } = Promise.withResolvers<ProgramEnding>()
  let stopped: 'timeout' | 'cancelled' | undefined
  let ending: ProgramEnding | undefined
  const settle = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
    if (stopped !== undefined) signalGroup(child.pid, 'SIGKILL')
    const told: ProgramEnding | undefined = stopped === undefined ? ending : { ended: stopped }
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
  if (signal.aborted) cancel()
  child.once('exit', (exitCode, name) => {
    ending = name === null ? { ended: 'exit', exitCode: exitCode ?? 0 } : { ended: 'signal', signal: name }
    if (stopped === undefined) drain()
  })
  child.once('close', settle)
  // A signal that could not be sent; its exit tells.
  child.on('error', () => {})
  return { ended: promise, stop }
}

/** Lets go of a program: nothing of it keeps this process alive or listening. */
export const release = (child: ChildProcess): void => {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  child.unref()
}
