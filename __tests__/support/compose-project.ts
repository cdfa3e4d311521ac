import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Compose, ComposeOptions } from '../../src/contract/compose.ts'
import { createCompose } from '../../src/tools/compose.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'

const execute = promisify(execFile)

/** An image of the stack under `stack/`: it has a shell, `sleep` and `tail`. */
export const testImage = 'ronde-quiz/web:1'

/** Runs docker and gives its output; throws with its stderr when it fails. */
export const docker = async (...args: readonly string[]): Promise<string> => {
  const { stdout } = await execute('docker', args, { timeout: 60_000, env: { ...process.env, LC_ALL: 'C' } })
  return stdout.trim()
}

/** Compose as an action gets it, with what a test wants different. */
export const composeAccess = (
  options: ComposeOptions,
  given: { readonly environment?: Readonly<Record<string, string>>; readonly path?: string; readonly timeoutMs?: number } = {},
): Compose => {
  const run = createPrograms({ environment: given.path === undefined ? process.env : { ...process.env, PATH: given.path } }).run
  const { environment = {}, timeoutMs = 10_000 } = given
  return createCompose({ options, run, signal: new AbortController().signal, environment, timeoutMs })
}

export type TestProject = {
  readonly name: string
  readonly directory: string
  write(file: string, text: string): Promise<void>
  /** `docker compose ARGS` in the project. */
  compose(...args: readonly string[]): Promise<string>
  /** The id of the first container of a service, stopped ones included. */
  idOf(service: string): Promise<string>
  remove(): Promise<void>
}

/** A compose project of the test's own, in a folder of its own; what an earlier run left of it is removed first. */
export const createTestProject = async (name: string, files: Readonly<Record<string, string>>): Promise<TestProject> => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)))
  const compose = (...args: readonly string[]) => docker('compose', '--project-directory', directory, '-p', name, ...args)
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(directory, file)), { recursive: true })
    await writeFile(join(directory, file), text)
  }
  const down = () => docker('compose', '-p', name, 'down', '-v', '--remove-orphans', '--timeout', '0')
  for (const [file, text] of Object.entries(files)) await write(file, text)
  await down()
  return {
    name,
    directory,
    write,
    compose,
    idOf: async (service) => (await compose('ps', '--all', '--quiet', service)).split('\n')[0] ?? '',
    remove: async () => {
      await down()
      await rm(directory, { recursive: true })
    },
  }
}

/** Asks until the answer is what is waited for; throws with the last answer at the deadline. */
export const until = async <T>(ask: () => Promise<T>, good: (answer: T) => boolean, deadlineMs = 20_000): Promise<T> => {
  const end = Date.now() + deadlineMs
  for (;;) {
    const answer = await ask()
    if (good(answer)) return answer
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms; last answer: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
