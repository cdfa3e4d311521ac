/** How the toolchain starts programs. What Ronde itself starts goes through `src/tools/process/`, which bounds it and hides the environment. */
import { exec, getExecOutput } from '@actions/exec'

export type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

type Listeners = { readonly stdout?: (data: Buffer) => void; readonly stderr?: (data: Buffer) => void }

/** A path with a space is one word of the command line. */
const quoted = (program: string): string => `"${program}"`

/** Runs a program in silence and gives what it said; throws when there is no such program, whatever its exit code otherwise. */
export const ask = (program: string, args: readonly string[], listeners: Listeners = {}): Promise<Ended> =>
  getExecOutput(quoted(program), [...args], { silent: true, ignoreReturnCode: true, listeners })

/** Runs a program whose output goes where ours goes; `only` keeps the other stream back. Gives the exit code. */
export const show = (program: string, args: readonly string[], only?: 'stderr'): Promise<number> =>
  exec(quoted(program), [...args], {
    silent: true,
    ignoreReturnCode: true,
    listeners: {
      stdout: (data) => {
        if (only === undefined) process.stdout.write(data)
      },
      stderr: (data) => {
        process.stderr.write(data)
      },
    },
  })
