import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import type { Quiet } from '../../src/incidents/maintenance.ts'
import { createWorld, hard, hourMs, soft } from '../support/incident-world.ts'

const opened = (writes: readonly Write[]): number => writes.filter((one) => one.kind === 'create').length
const workUntil = (until: number): Quiet => ({ kind: 'work', until, why: 'backup (process 7) works on this project' })

describe("Ronde's own work explains what it disturbs", () => {
  const rows: readonly { id: string; subject?: string; action?: string; opens: number }[] = [
    { id: 'compose.service', opens: 0 },
    { id: 'compose.restarts', opens: 0 },
    { id: 'endpoint.status', opens: 0 },
    { id: 'endpoint.reachable', opens: 0 },
    { id: 'postgres.reachable', opens: 0 },
    { id: 'postgres.connections', opens: 0 },
    { id: 'compose.oom', opens: 1 },
    { id: 'compose.config', opens: 1 },
    { id: 'endpoint.certificate', opens: 1 },
    { id: 'postgres.wraparound', opens: 1 },
    { id: 'host.disk', opens: 1 },
    { id: 'state.unwritable', opens: 1 },
    { id: 'recovery.pending', opens: 1 },
    { id: 'cert.expiry', action: 'cert-check', opens: 1 },
    { id: 'backup.failed', action: 'backup', opens: 1 },
  ]
  test.each(rows)('$id: $opens opened', ({ id, action = 'health-check', opens }) => {
    const world = createWorld()
    const quiet = [workUntil(world.now() + hourMs)]
    expect(opened(world.run([hard('critical', { id })], { quiet, action }).writes)).toBe(opens)
  })

  test.each([
    ['check/endpoints', 0],
    ['check/host', 1],
  ])('that %s could not look: %i opened', (subject, opens) => {
    const world = createWorld()
    const quiet = [workUntil(world.now() + hourMs)]
    const unknown = soft('unknown', { id: 'check.failed', subject, certainty: 'hard' })
    expect(opened(world.run([unknown], { quiet }).writes)).toBe(opens)
  })

  test('up to its deadline and not a moment longer', () => {
    const world = createWorld()
    expect(opened(world.run([hard('critical')], { quiet: [workUntil(world.now() + 1)] }).writes)).toBe(0)
    expect(opened(world.run([hard('critical')], { quiet: [workUntil(world.now())] }).writes)).toBe(1)
  })
})
