import { z } from 'zod'
import type { Container } from '../../../../contract/compose.ts'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { History } from '../../../../contract/history.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { once } from '../../../../core/once.ts'
import { formatBytes } from '../../../../core/quantity.ts'
import { jsonValue } from '../../../../core/read-json.ts'

/** The note that holds what the last run saw of each container; its absence is a first sight. */
export const containersNote = 'compose.containers'

/** By container id: its restart count, and the kill for lack of memory that was seen, by the times around it. */
const noted = once(() => z.record(z.string(), z.object({ restarts: z.number(), oom: z.string() })))
type Noted = z.infer<ReturnType<typeof noted>>

const oomMark = (container: Container): string => (container.oomKilled ? `${container.startedAt} ${container.finishedAt}` : '')

/** What to remember of the containers for the next run; containers that are gone are forgotten. */
export const noteOf = (containers: readonly Container[]): string =>
  JSON.stringify(Object.fromEntries(containers.map((one) => [one.id.slice(0, 12), { restarts: one.restartCount, oom: oomMark(one) }])))

/** The last run's note; undefined at first sight, and for one that cannot be read. */
export const readNote = (past: History): Noted | undefined => {
  const text = past.note(containersNote)
  // What is not JSON is a state of another version. The next run has a good one.
  return text === undefined ? undefined : noted().safeParse(jsonValue(text), { jitless: true }).data
}

/** A container that is new since the last run made all its restarts since; a smaller count was reset by a start. */
const grownBy = (container: Container, before: Noted | undefined): number => {
  if (before === undefined) return 0
  const last = before[container.id.slice(0, 12)]?.restarts ?? 0
  return container.restartCount >= last ? container.restartCount - last : container.restartCount
}

const criticalRestarts = 3
const loopWindowMs = 60_000

/** At first sight nothing has grown, but several restarts and a start of just now are a loop. */
const loops = (container: Container, now: Instant): boolean =>
  container.state === 'running' && container.restartCount >= criticalRestarts && now - Date.parse(container.startedAt) < loopWindowMs

type Seen = { readonly name: string; readonly containers: readonly Container[] }
type Rules = { readonly now: Instant; readonly before: Noted | undefined; readonly logs: string | undefined }

const count = (restarts: number) => (restarts === 1 ? '1 restart' : `${restarts} restarts`)

const judgeGrowth = (grown: number, looping: boolean): Pick<JudgedFinding, 'status' | 'title'> => {
  if (grown >= criticalRestarts) return { status: 'critical', title: `${count(grown)} since the last run` }
  if (looping) return { status: 'critical', title: 'crashes again and again' }
  return grown > 0 ? { status: 'warning', title: `${count(grown)} since the last run` } : { status: 'ok', title: 'no new restart' }
}

/** Restarts by the engine since the last run: the service may look healthy between two crashes. */
export const judgeRestarts = ({ name, containers }: Seen, { now, before, logs }: Rules): JudgedFinding<'compose.restarts'> => {
  const grown = containers.reduce((sum, one) => sum + grownBy(one, before), 0)
  const total = containers.reduce((sum, one) => sum + one.restartCount, 0)
  const looping = containers.some((one) => loops(one, now)) && (before === undefined || grown > 0)
  const { status, title } = judgeGrowth(grown, looping)
  const since =
    before === undefined ? `${count(total)} so far (first sight: a baseline)` : `${count(grown)} since the last run, ${total} in all`
  return finding({
    id: 'compose.restarts',
    subject: `service/${name}`,
    status,
    title: `${name}: ${title}`,
    observed: looping ? `${since}, the last one less than a minute ago` : since,
    expected: `no restart by the engine since the last run (critical from ${criticalRestarts})`,
    advice: status === 'ok' ? '' : `find out why it ended: ${logs ?? 'look at its log'}`,
    certainty: 'hard',
    audience: 'infrastructure',
    measurements: [{ name: 'restarts', value: grown, unit: 'restarts' }],
  })
}

const isDown = ({ state }: Container) => state !== 'running' && state !== 'paused'

/** A kill that the last run saw already, or one of before the first sight, is told and not new, unless the container is still down by it. */
const isNewKill = (container: Container, before: Noted | undefined): boolean => {
  if (!container.oomKilled) return false
  if (isDown(container)) return true
  return before !== undefined && before[container.id.slice(0, 12)]?.oom !== oomMark(container)
}

const limitWords = ({ memoryLimitBytes }: Container) =>
  memoryLimitBytes === 0 ? 'it has no memory limit: the host ran out of memory' : `its memory limit is ${formatBytes(memoryLimitBytes)}`

const noKill = (earlier: Container | undefined) =>
  earlier === undefined
    ? { status: 'ok' as const, title: 'no OOM kill', observed: 'not killed for lack of memory' }
    : { status: 'ok' as const, title: 'no new OOM kill', observed: `killed for lack of memory before; ${limitWords(earlier)}` }

const newKill = (killed: Container) => ({
  status: 'critical' as const,
  title: 'OOM killed',
  observed: `a process of ${killed.name} was killed by the kernel for lack of memory; ${limitWords(killed)}`,
  advice:
    killed.memoryLimitBytes === 0 ? 'set memory limits, or add memory to the host' : 'raise its mem_limit, or find what takes the memory',
})

/** Kills by the kernel for lack of memory. */
export const judgeOom = ({ name, containers }: Seen, before: Noted | undefined): JudgedFinding<'compose.oom'> => {
  const killed = containers.find((one) => isNewKill(one, before))
  const told = killed === undefined ? noKill(containers.find((one) => one.oomKilled)) : newKill(killed)
  return finding({
    ...told,
    id: 'compose.oom',
    subject: `service/${name}`,
    title: `${name}: ${told.title}`,
    expected: 'no kill for lack of memory since the last run',
    certainty: 'hard',
    audience: 'infrastructure',
  })
}
