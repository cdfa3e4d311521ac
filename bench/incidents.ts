/** What incidents cost at GitHub: the real reconcile, adapter and state against the stand-in, on a clock that jumps, counted where the requests arrive. */
import { hard, soft } from '../__tests__/support/incident-world.ts'
import { simulateServer, sum } from '../__tests__/support/simulated-server.ts'
import { claim, median } from './measure.ts'

const healthy = [hard('ok'), soft('ok')]

const healthyRun = async (): Promise<void> => {
  await using server = await simulateServer()
  const costs = await server.rounds(12, healthy)
  claim('requests of a healthy run', Math.max(...costs.map((one) => one.requests)), 1, 'requests')
  claim('writes of a healthy run', Math.max(...costs.map((one) => one.wrote)), 0, 'writes')
}

const oneIncident = async (): Promise<void> => {
  await using server = await simulateServer()
  const costs = [
    ...(await server.rounds(5, [hard('warning')])),
    ...(await server.rounds(3, [hard('critical')])),
    ...(await server.rounds(4, [hard('ok')])),
  ]
  if (server.open().length > 0) throw new Error('it did not close')
  claim('an incident that opens, worsens once and closes within an hour', sum(costs).wrote, 6, 'writes')
}

/** Three incidents of one server: a container for an hour, an endpoint for two, another container; in the evening all three at once. */
const findingsAt = (hour: number, quarter: number) => {
  const evening = hour === 18 && quarter < 2
  const word = (isBad: boolean) => (isBad || evening ? 'critical' : 'ok')
  return [hard(word(hour === 3)), soft(word(hour === 9 || hour === 10)), hard(word(hour === 14), { subject: 'service/web' })]
}

const day = async (): Promise<void> => {
  await using server = await simulateServer()
  const hours: { requests: number; healthy: boolean }[] = []
  const times: number[] = []
  for (let hour = 0; hour < 24; hour += 1) {
    const openBefore = server.open().length
    const costs: { requests: number; wrote: number }[] = []
    for (let round = 0; round < 12; round += 1) {
      const startedAt = performance.now()
      costs.push(...(await server.rounds(1, findingsAt(hour, Math.floor(round / 3)))))
      times.push(performance.now() - startedAt)
    }
    const { requests, wrote } = sum(costs)
    hours.push({ requests, healthy: wrote === 0 && openBefore === 0 })
  }
  const made = server.github.repository.issues
  const violations = server.github.violations()
  if (violations.length > 0) throw new Error(violations.join('\n'))
  if (made.length !== 3 || server.open().length > 0) throw new Error(`the day went wrong: ${made.map((one) => one.state).join(', ')}`)
  const most = (of: readonly { requests: number }[]): number => Math.max(...of.map((one) => one.requests))
  const all = hours.reduce((so, one) => so + one.requests, 0)
  console.log(`a day, 288 runs: ${all} requests, ${made.length} issues; ${median(times).toFixed(1)} ms a run, the stand-in's work included`)
  claim('a day with three incidents: requests in a healthy hour', most(hours.filter((one) => one.healthy)), 20, 'requests')
  claim('a day with three incidents: requests in any hour', most(hours), 100, 'requests')
}

const foreigners = async (): Promise<void> => {
  await using server = await simulateServer()
  for (let at = 0; at < 500; at += 1) server.github.state.addIssue(server.github.repository, { title: `foreign ${at}`, labels: ['ronde'] })
  const costs = await server.rounds(1, healthy)
  claim('500 open foreign issues: requests of a healthy run', sum(costs).requests, 5, 'pages')
  claim('500 open foreign issues: writes', sum(costs).wrote, 0, 'writes')
}

await healthyRun()
await oneIncident()
await day()
await foreigners()
