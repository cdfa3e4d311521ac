import { z } from 'zod'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'

/** What the compose file wants of one service. Its environment is never kept. */
export type DeclaredService = {
  readonly name: string
  readonly replicas: number
  /** As written, `no` when nothing is: `no`, `always`, `unless-stopped`, `on-failure:3`. */
  readonly restart: string
  readonly dependsOn: readonly Dependency[]
}

/** `condition`: service_started, service_healthy or service_completed_successfully. */
type Dependency = { readonly service: string; readonly condition: string }

const service = once(() =>
  z.object({
    scale: z.unknown().optional(),
    deploy: z.object({ replicas: z.unknown().optional() }).nullish(),
    restart: z.string().nullish(),
    depends_on: z.union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string().optional() }).nullable())]).nullish(),
  }),
)
const configuration = once(() => z.object({ services: z.record(z.string(), service()).nullish() }))
type Service = z.infer<ReturnType<typeof service>>

/** Without interpolation a number may still be `${REPLICAS}`: then one is expected. */
const replicasOf = ({ deploy, scale }: Service): number => {
  const given = [deploy?.replicas, scale].find((one) => typeof one === 'number')
  return typeof given === 'number' && Number.isInteger(given) && given >= 0 ? given : 1
}

const dependenciesOf = ({ depends_on: given }: Service): readonly Dependency[] => {
  if (Array.isArray(given)) return given.map((name) => ({ service: name, condition: 'service_started' }))
  return Object.entries(given ?? {}).map(([name, one]) => ({ service: name, condition: one?.condition ?? 'service_started' }))
}

/** Reads `docker compose config --format json`: only the services of active profiles are in it. Throws when it is not that. */
export const parseConfig = (stdout: string): readonly DeclaredService[] =>
  Object.entries(configuration().parse(jsonValue(stdout)).services ?? {}).map(([name, one]) => ({
    name,
    replicas: replicasOf(one),
    restart: one.restart ?? 'no',
    dependsOn: dependenciesOf(one),
  }))
