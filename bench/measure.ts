import { spawn } from 'node:child_process'
import { once } from 'node:events'

export type Command = {
  readonly program: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Wall time of one run in milliseconds, from the start to the end of the process; a failing run ends the benchmark. */
export const wallMs = async ({ program, args, environment }: Command): Promise<number> => {
  const startedAt = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment ?? {} })
  const [exitCode] = await once(child, 'exit')
  const elapsedMs = performance.now() - startedAt
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}`)
  return elapsedMs
}

/** Runs two commands in turn, after one warm-up of each, so that a machine whose speed drifts is fair to both. */
export const sideBySide = async (
  ours: Command,
  peer: Command,
  runs: number,
): Promise<{ readonly ours: number[]; readonly peer: number[] }> => {
  const times = { ours: [] as number[], peer: [] as number[] }
  for (let run = 0; run <= runs; run += 1) {
    const [a, b] = [await wallMs(ours), await wallMs(peer)]
    if (run === 0) continue
    times.ours.push(a)
    times.peer.push(b)
  }
  return times
}

/** One line of the result: what was promised, what was measured. A missed target is said, never hidden. */
export const claim = (what: string, measured: number, limit: number, unit: string): void => {
  const verdict = measured <= limit ? 'ok' : 'MISSED'
  console.log(`claim: ${what}: measured ${measured.toFixed(2)} ${unit}, target <= ${limit} ${unit}: ${verdict}`)
}
