import type { Finished } from './process.ts'
import type { Seen } from './seen.ts'

/** The `compose:` part of ronde.yml. */
export type ComposeOptions = {
  readonly directory?: string | undefined
  readonly files?: readonly string[] | undefined
  readonly project?: string | undefined
}

export type ComposeProject = {
  readonly name: string
  readonly directory: string
  /** Absolute paths; empty when compose finds them itself. */
  readonly files: readonly string[]
  readonly from: 'configuration' | 'labels'
}

/** One container of the project, from `docker inspect`; of its environment only `POSTGRES_*`. */
export type Container = {
  readonly id: string
  readonly name: string
  readonly service: string
  readonly image: string
  /** Docker's word: created, running, paused, restarting, removing, exited, dead. */
  readonly state: string
  readonly health: 'healthy' | 'unhealthy' | 'starting' | 'none'
  readonly healthLog: readonly string[]
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly restartCount: number
  readonly startedAt: string
  readonly finishedAt: string
  readonly pid: number
  /** Addresses in the project's networks, IPv4 first. */
  readonly addresses: readonly string[]
  readonly memoryLimitBytes: number
  readonly logDriver: string
  readonly logOptions: Readonly<Record<string, string>>
  readonly restartPolicy: string
  readonly oneOff: boolean
  readonly postgresEnvironment: Readonly<Record<string, string>>
  /** Container path -> host path of bind mounts and file secrets. */
  readonly mounts: Readonly<Record<string, string>>
}

/** The compose project of this run: found once, shared by every check. */
export interface Compose {
  /** Not seen: engine absent, stopped, hung, not permitted; no project, or several (then the advice lists them). */
  project(): Promise<Seen<ComposeProject>>
  /** All containers of the project, stopped ones and one-off ones included. */
  containers(): Promise<Seen<readonly Container[]>>
  /** `docker compose --project-name … --project-directory … --file … ARGS`. */
  run(args: readonly string[], options?: { readonly timeoutMs?: number; readonly stdin?: string }): Promise<Finished>
  /** `docker ARGS`. */
  docker(args: readonly string[], options?: { readonly timeoutMs?: number; readonly stdin?: string }): Promise<Finished>
}
