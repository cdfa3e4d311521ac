import type { PipelineStage, ProgramLimits, RunProgram } from '../contract/process.ts'
import { couldNotLook, type Seen, saw } from '../contract/seen.ts'

const program = 'age'

/** Encrypts stdin to stdout. Recipients are public: they may stand among the arguments. */
export const encryptStage = (recipients: readonly string[]): PipelineStage => ({
  program,
  args: ['--encrypt', ...recipients.flatMap((one) => ['--recipient', one])],
})

/** Decrypts stdin to stdout with the keys in a file of the host. */
export const decryptStage = (identityFile: string): PipelineStage => ({ program, args: ['--decrypt', '--identity', identityFile] })

/** Decrypts a stored file to stdout; the key itself comes by stdin, never by the arguments. */
export const decryptFileStage = (file: string): PipelineStage => ({
  program,
  args: ['--decrypt', '--identity', '-', file],
})

const install = 'install it: sudo apt-get install age'

/** The version of `age` on this host, or what to install. */
export const seeAge = async (run: RunProgram, limits: ProgramLimits, now: () => number): Promise<Seen<string>> => {
  const finished = await run(program, ['--version'], limits)
  if (finished.ended === 'not-started') return couldNotLook(`backups are to be encrypted, and there is ${finished.cause}`, install)
  return finished.ended === 'exit' && finished.exitCode === 0
    ? saw(finished.stdout.trim(), now())
    : couldNotLook('`age --version` failed', install)
}
