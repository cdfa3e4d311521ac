import { PassThrough } from 'node:stream'
import type { LongLivedProgram, StartProgram } from '../../contract/process.ts'
import { capture } from './capture.ts'
import type { Launcher } from './launch.ts'
import { release, supervise } from './supervise.ts'

const stderrBytes = 64 * 1024

const noOutput = (async function* () {})()

/** A child that lives until it ends by itself, is stopped, or the run ends. */
export const createStart =
  ({ load, forget }: Launcher): StartProgram =>
  async (stage, limits): Promise<LongLivedProgram> => {
    const launched = (await load())({ ...stage, stdio: ['pipe', 'pipe', 'pipe'] })
    if (!launched.started) {
      const ended = Promise.resolve({ ...launched.ending, stderr: '' })
      return { write: async () => {}, end: () => {}, output: noOutput, ended, stop: async () => {} }
    }
    const { child } = launched
    const stderr = capture(child.stderr, stderrBytes)
    const { stdin, stdout } = child
    if (stdin === null || stdout === null) throw new Error('all three streams were asked for')
    // Of its own: Node reads away what nobody has read of a child's output when the child exits.
    const output = stdout.pipe(new PassThrough())
    // EPIPE: it has gone; its ending tells.
    stdin.on('error', () => {})
    const supervised = supervise(child, limits)
    const ended = supervised.ended.then((ending) => {
      if (child.pid !== undefined) forget(child.pid)
      // What it wrote before it ended by itself is still there to be read.
      if (ending.ended !== 'timeout' && ending.ended !== 'cancelled') stdin.destroy()
      else {
        release(child)
        output.end()
      }
      return { ...ending, stderr: stderr.text() }
    })
    return {
      write: (bytes) =>
        new Promise((taken) => {
          stdin.write(bytes, () => taken())
        }),
      end: () => stdin.end(),
      output,
      ended,
      stop: async () => {
        supervised.stop('cancelled')
        await ended
      },
    }
  }
