import { z } from 'zod'
import type { Container } from '../contract/compose.ts'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'
import { shorten } from '../core/text/plain.ts'

/** What is read of `docker inspect`; every engine since 20.10 gives it. */
const inspected = once(() => {
  const texts = z.record(z.string(), z.string()).nullish()
  return z.object({
    Id: z.string(),
    Name: z.string(),
    RestartCount: z.number().default(0),
    State: z.object({
      Status: z.string(),
      ExitCode: z.number(),
      OOMKilled: z.boolean().default(false),
      Pid: z.number().default(0),
      Error: z.string().default(''),
      StartedAt: z.string().default(''),
      FinishedAt: z.string().default(''),
      Health: z
        .object({
          Status: z.string().default(''),
          Log: z.array(z.object({ ExitCode: z.number(), Output: z.string() })).nullish(),
        })
        .nullish(),
    }),
    Config: z.object({ Image: z.string().default(''), Env: z.array(z.string()).nullish(), Labels: texts }),
    HostConfig: z.object({
      Memory: z.number().default(0),
      LogConfig: z.object({ Type: z.string().default(''), Config: texts }).default({ Type: '' }),
      RestartPolicy: z.object({ Name: z.string().default('') }).default({ Name: '' }),
    }),
    NetworkSettings: z
      .object({
        Networks: z
          .record(z.string(), z.object({ IPAddress: z.string().default(''), GlobalIPv6Address: z.string().default('') }))
          .nullish(),
      })
      .nullish(),
    Mounts: z.array(z.object({ Type: z.string(), Source: z.string().default(''), Destination: z.string() })).nullish(),
  })
})
type Inspected = z.infer<ReturnType<typeof inspected>>

const healthWords: Readonly<Record<string, Container['health']>> = { healthy: 'healthy', unhealthy: 'unhealthy', starting: 'starting' }
const keptProbes = 3
const longestOutput = 500

/** The newest health probes first, each `exit 1: what it said`. */
const healthLogOf = ({ State }: Inspected): readonly string[] =>
  (State.Health?.Log ?? [])
    .slice(-keptProbes)
    .toReversed()
    .map((one) => `exit ${one.ExitCode}: ${shorten(one.Output.trim(), longestOutput)}`)

/** Nothing else of the environment leaves this function: it holds the secrets of the application. */
const postgresEnvironmentOf = ({ Config }: Inspected): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (Config.Env ?? []).flatMap((entry) => {
      const [, name, value] = /^(POSTGRES(?:QL)?_\w+)=([^]*)$/.exec(entry) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )

const addressesOf = ({ NetworkSettings }: Inspected): readonly string[] => {
  const networks = Object.values(NetworkSettings?.Networks ?? {})
  return [...networks.map((one) => one.IPAddress), ...networks.map((one) => one.GlobalIPv6Address)].filter((address) => address !== '')
}

const labelsOf =
  ({ Config }: Inspected) =>
  (name: string) =>
    Config.Labels?.[`com.docker.compose.${name}`] ?? ''

const toContainer = (one: Inspected): Container => ({
  id: one.Id,
  name: one.Name.replace(/^\//, ''),
  service: labelsOf(one)('service'),
  image: one.Config.Image,
  state: one.State.Status,
  health: healthWords[one.State.Health?.Status ?? ''] ?? 'none',
  healthLog: healthLogOf(one),
  exitCode: one.State.ExitCode,
  oomKilled: one.State.OOMKilled,
  restartCount: one.RestartCount,
  startedAt: one.State.StartedAt,
  finishedAt: one.State.FinishedAt,
  pid: one.State.Pid,
  addresses: addressesOf(one),
  memoryLimitBytes: one.HostConfig.Memory,
  logDriver: one.HostConfig.LogConfig.Type,
  logOptions: one.HostConfig.LogConfig.Config ?? {},
  restartPolicy: one.HostConfig.RestartPolicy.Name,
  oneOff: labelsOf(one)('oneoff') === 'True',
  folder: labelsOf(one)('project.working_dir'),
  configFiles: labelsOf(one)('project.config_files'),
  startError: shorten(one.State.Error.trim(), longestOutput),
  postgresEnvironment: postgresEnvironmentOf(one),
  mounts: Object.fromEntries((one.Mounts ?? []).filter(({ Type }) => Type === 'bind').map((mount) => [mount.Destination, mount.Source])),
})

/** Reads `docker inspect` of containers, an array; throws when it is not that, in words that hold no value of it. */
export const parseInspect = (stdout: string): readonly Container[] => {
  const read = z.array(inspected()).safeParse(jsonValue(stdout), { jitless: true })
  if (!read.success) throw new Error(`unexpected shape at ${read.error.issues[0]?.path.join('.') ?? 'its start'}`)
  return read.data.map(toContainer)
}
