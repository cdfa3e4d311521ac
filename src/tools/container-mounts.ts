import { realpath } from 'node:fs/promises'
import { z } from 'zod'
import type { RunProgram } from '../contract/process.ts'
import { couldNotLook, type Seen, saw } from '../contract/seen.ts'
import { jsonValue } from '../core/read-json.ts'
import { withoutGone } from './compose.ts'
import { dockerFailure } from './compose-failure.ts'

const timeoutMs = 10_000

const mounts = z.array(z.object({ Source: z.string().default(''), RW: z.boolean().default(true) }))

/** One line of JSON for each container; a mount without a place on the host (tmpfs) is none of it. */
const writableSources = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => mounts.parse(jsonValue(line) ?? []))
    .filter(({ Source, RW }) => RW && Source.startsWith('/'))
    .map(({ Source }) => Source)

const real = (path: string): Promise<string> => realpath(path).catch(() => path)

/**
 * The places of the host that some container of this engine may write to, links followed; those of stopped ones too, for what they wrote is
 * still there. None where docker is not installed; not seen where the engine gives no answer.
 */
export const seeWritableMounts = async (run: RunProgram, signal: AbortSignal): Promise<Seen<readonly string[]>> => {
  const listed = await run('docker', ['ps', '--all', '--quiet', '--no-trunc'], { timeoutMs, signal })
  if (listed.ended === 'not-started' && listed.cause.startsWith('no such program')) return saw([], Date.now())
  if (listed.ended !== 'exit' || listed.exitCode !== 0) return dockerFailure('docker ps', listed, timeoutMs)
  const ids = listed.stdout.split('\n').filter((id) => /^[0-9a-f]{12,64}$/.test(id))
  if (ids.length === 0) return saw([], Date.now())
  const format = ['--type', 'container', '--format', '{{json .Mounts}}']
  const inspected = withoutGone(await run('docker', ['inspect', ...format, ...ids], { timeoutMs, signal }))
  if (inspected.ended !== 'exit' || inspected.exitCode !== 0) return dockerFailure('docker inspect', inspected, timeoutMs)
  try {
    return saw([...new Set(await Promise.all(writableSources(inspected.stdout).map(real)))], Date.now())
  } catch {
    // Not the JSON that was asked for; its text is not repeated.
    return couldNotLook(
      'docker inspect answered in a form that Ronde does not know',
      'run `docker version` and report it with this finding',
    )
  }
}

/** Whether a path is this folder or lies in it; both absolute and without links. */
export const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
