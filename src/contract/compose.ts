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
  /** The `--env-file` of those who started it, as far as they can be read. Absolute paths. */
  readonly environmentFiles?: readonly string[]
  /** Why nobody can read its compose file, where its containers say so: it came from standard input. */
  readonly unreadable?: string
  readonly from: 'configuration' | 'labels'
}

/** The engine answered, and has no container of the project that is meant. Its name, where the configuration has one. */
export type AbsentProject = Extract<Seen<never>, { readonly seen: false }> & { readonly absent: string | undefined }

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
  /** The folder and the files that it was started with, as compose wrote them into its labels; empty where it says nothing. */
  readonly folder?: string
  readonly configFiles?: string
  /** Why the engine could not start it; untrusted. */
  readonly startError?: string
  readonly postgresEnvironment: Readonly<Record<string, string>>
  /** Container path -> host path of bind mounts and file secrets. */
  readonly mounts: Readonly<Record<string, string>>
}

export type ComposeCall = {
  readonly timeoutMs?: number
  readonly stdin?: string
  /** Added to the environment of docker. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The compose project of this run: found once, shared by every check. */
export interface Compose {
  /** Not seen: engine absent, stopped, hung, not permitted; no project, or several (then the advice lists them). */
  project(): Promise<Seen<ComposeProject> | AbsentProject>
  /** All containers of the project, stopped ones and one-off ones included. */
  containers(): Promise<Seen<readonly Container[]>>
  /** `docker compose --project-name … --project-directory … --file … ARGS`, in the project's folder. */
  run(args: readonly string[], options?: ComposeCall): Promise<Finished>
  /** `docker ARGS`. */
  docker(args: readonly string[], options?: ComposeCall): Promise<Finished>
}
