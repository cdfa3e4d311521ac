import type { RunProgram } from '../../contract/process.ts'

/** The label by which containers of one backup are found again; its value is random. */
export const helperLabel = 'ronde.backup'

export type HelperContainer = {
  readonly image: string
  readonly token: string
  readonly name: string
  /** `none`, or the network of a container. */
  readonly network: string
  readonly user: string
  /** Folders of this host, by the same path inside. */
  readonly mounts: readonly { readonly path: string; readonly readOnly: boolean }[]
}

const mountFlag = ({ path, readOnly }: HelperContainer['mounts'][number]): string =>
  `type=bind,source=${path},target=${path}${readOnly ? ',readonly' : ''}`

/** What each container of ours is started with: nothing is pulled, no capability, no way to more rights, nothing kept of what it prints. */
export const helperFlags = ({ image: _, token, name, network, user, mounts }: HelperContainer): readonly string[] => [
  ...['--rm', '--pull', 'never', '--name', name, '--label', `${helperLabel}=${token}`],
  ...['--network', network, '--user', user, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--read-only', '--log-driver', 'none', '--pids-limit', '256'],
  ...mounts.flatMap((one) => ['--mount', mountFlag(one)]),
]

/** A folder that cannot be written as a mount of docker. */
export const isMountable = (path: string): boolean => !/[,"\n]/.test(path)

const limitMs = 30_000

export type FindHelpers = { readonly run: RunProgram; readonly signal: AbortSignal }

/** Removes all containers of one backup, with what they hold. Gives how many there were; throws when the engine does not say. */
export const removeHelpers = async (token: string, { run, signal }: FindHelpers): Promise<number> => {
  const limits = { timeoutMs: limitMs, signal }
  const listed = await run('docker', ['ps', '--all', '--quiet', '--filter', `label=${helperLabel}=${token}`], limits)
  if (listed.ended !== 'exit' || listed.exitCode !== 0)
    throw new Error(`containers of a backup could not be looked for: ${listed.stderr.trim()}`)
  const ids = listed.stdout.split('\n').filter((id) => /^[0-9a-f]{12,64}$/.test(id))
  if (ids.length > 0) await run('docker', ['rm', '--force', '--volumes', ...ids], limits)
  return ids.length
}
