import { dirname, join } from 'node:path'
import { actions } from './registry.generated.ts'
import { inputsOfArguments } from './runtime/arguments.ts'
import { runMain, type StepPart } from './runtime/main.ts'
import { drainOutput } from './runtime/print.ts'

/** Runs an action, or `round`, as the runner starts it: inputs from the environment, exit code at the end. `post` is the step's end. On the host inputs are options of the command, too. */
export const main = async (name: string, part: StepPart = 'main'): Promise<void> => {
  // The driver would look for a library that is not there.
  delete process.env['NODE_PG_FORCE_NATIVE']
  const cancel = new AbortController()
  const stop = () => cancel.abort('cancelled')
  process.on('SIGINT', () => {
    // The runner sends it once; twice is a person who means it.
    if (cancel.signal.aborted) process.exit(1)
    stop()
  })
  process.on('SIGTERM', stop)
  const looker = join(dirname(process.argv[1] ?? ''), 'looker.js')
  const given = await inputsOfArguments(name, process.argv.slice(2), actions)
  if ('mistake' in given) {
    process.stderr.write(`${given.mistake}\n`)
    process.exit(1)
  }
  const environment = { ...process.env, ...given.inputs }
  const exitCode = await runMain(name, { registry: actions, environment, cancelled: cancel.signal, looker }, part)
  // The verdict stands: what an event throws while the log is still read must not cut the log.
  process.on('uncaughtException', () => {})
  await drainOutput()
  // A socket that nobody answers would keep the process alive; everything that had to be written has been.
  process.exit(exitCode)
}
