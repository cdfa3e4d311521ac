import { describe, expect, test } from '@jest/globals'
import { hard, soft } from '../support/incident-world.ts'
import { simulateServer, sum } from '../support/simulated-server.ts'

const healthy = [hard('ok'), soft('ok'), hard('ok', { subject: 'service/web' })]
const broken = [hard('critical'), soft('critical'), hard('critical', { subject: 'service/web' })]

/** `bench/incidents.ts` counts a whole day; this is what it is made of. */
describe('counted at the stand-in', () => {
  test('a healthy run costs one request and writes nothing', async () => {
    await using server = await simulateServer()
    expect(await server.rounds(2, healthy)).toEqual([
      { requests: 1, wrote: 0 },
      { requests: 1, wrote: 0 },
    ])
  })

  test('one that opens, worsens once and closes within an hour costs six writes at most', async () => {
    await using server = await simulateServer()
    const costs = [
      ...(await server.rounds(5, [hard('warning')])),
      ...(await server.rounds(3, [hard('critical')])),
      ...(await server.rounds(4, [hard('ok')])),
    ]
    expect(server.github.repository.issues.map((one) => one.state)).toEqual(['closed'])
    expect(sum(costs).wrote).toBeLessThanOrEqual(6)
    expect(server.github.violations()).toEqual([])
  })

  test('escalation costs two more', async () => {
    await using server = await simulateServer()
    const costs = [...(await server.rounds(8, [hard('critical')])), ...(await server.rounds(4, [hard('ok')]))]
    expect(server.github.repository.issues[0]?.labels).toContain('sev1')
    expect(sum(costs).wrote).toBeLessThanOrEqual(8)
  })

  test('the worst hour, three at once, costs a hundred requests at most, and the next one twelve', async () => {
    await using server = await simulateServer()
    const hour = [...(await server.rounds(8, broken)), ...(await server.rounds(4, healthy))]
    expect(server.github.repository.issues.map((one) => one.state)).toEqual(['closed', 'closed', 'closed'])
    expect(sum(hour).requests).toBeLessThanOrEqual(100)
    expect(sum(await server.rounds(12, healthy))).toEqual({ requests: 12, wrote: 0 })
  })

  test('500 open issues of others cost their pages, and no write', async () => {
    await using server = await simulateServer()
    for (let at = 0; at < 500; at += 1)
      server.github.state.addIssue(server.github.repository, { title: `foreign ${at}`, labels: ['ronde'] })
    expect(await server.rounds(1, healthy)).toEqual([{ requests: 5, wrote: 0 }])
  })

  test('every run counts and says what it cost', async () => {
    await using server = await simulateServer()
    const { counts, requests, wrote } = await server.run(broken)
    expect(counts).toMatchObject({ requests, writes: wrote })
  })
})
