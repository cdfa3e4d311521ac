import type { RunProgram } from '../../contract/process.ts'
import { helperFlags } from '../postgres-programs/helper-container.ts'
import { findInImage } from '../postgres-programs/image-client.ts'
import type { ScratchOwner, ScratchPlace } from './place.ts'

export type ContainerPlace = {
  readonly image: string
  readonly token: string
  readonly directory: string
  readonly major: number
  readonly owner: ScratchOwner
  readonly run: RunProgram
  readonly signal: AbortSignal
}

const limitMs = 60_000
const daySeconds = '86400'

/** What a scratch server may take of the host; stated in docs/security.md. */
const caps = ['--memory', '1g', '--cpus', '2', '--shm-size', '256m', '--tmpfs', '/tmp']

/** A container of the server's own image that has no network, no capability and nothing of this host but the folder of the copy. */
export const containerPlace = async (given: ContainerPlace): Promise<ScratchPlace | { readonly why: string }> => {
  const { image, token, directory, major, owner, run, signal } = given
  const found = await findInImage('postgres', { image, token, serverMajor: major, run, signal })
  if (found === undefined) return { why: 'the image of the database has no postgres program that can be run by itself' }
  const name = `ronde-scratch-${token}`
  const user = `${owner.uid}:${owner.gid}`
  const flags = helperFlags({ image, token, name, network: 'none', user, mounts: [{ path: directory, readOnly: false }] })
  return {
    major,
    directory,
    path: (file) => `${directory}/${file}`,
    begin: async () => {
      const started = await run('docker', ['run', '--detach', ...flags, ...caps, '--entrypoint', 'sleep', image, daySeconds], {
        timeoutMs: limitMs,
        signal,
      })
      if (started.ended !== 'exit' || started.exitCode !== 0)
        throw new Error(`the container of the scratch server did not start: ${started.stderr.trim()}`)
    },
    end: async () => {
      await run('docker', ['rm', '--force', '--volumes', name], { timeoutMs: limitMs, signal: AbortSignal.timeout(limitMs) })
    },
    stage: (program, args) => ({
      program: 'docker',
      args: ['exec', '--user', user, '--env', `HOME=${directory}`, '--env', 'LC_ALL=C', name, `${found.folder}${program}`, ...args],
    }),
  }
}
