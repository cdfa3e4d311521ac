import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Finding } from '../../src/contract/finding.ts'
import type { Issue } from '../../src/contract/issues.ts'
import { identityOf, readMarker } from '../../src/incidents/marker.ts'
import type { ReconcileResult } from '../../src/incidents/reconcile.ts'
import { bot, createWorld, dayMs, hard, hourMs, minuteMs, type RunOptions, soft, type World } from '../support/incident-world.ts'

const servers = ['quiz-prod', 'quiz-staging'] as const
type Server = (typeof servers)[number]

/** What a run may see of one subject. */
const words = ['ok', 'hovering', 'warning', 'critical', 'unknown', 'absent', 'unscoped'] as const
type Word = (typeof words)[number]

type Step =
  | { readonly kind: 'run'; readonly server: Server; readonly db: Word; readonly api: Word; readonly state: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'close' | 'reopen' | 'empty' | 'comment'; readonly pick: number; readonly body: string }
  | { readonly kind: 'lose-state' }

const findingOf = (word: Word, make: typeof hard): readonly Finding[] => {
  if (word === 'absent') return []
  if (word === 'hovering') return [make('ok', { cleared: false })]
  return [make(word === 'unscoped' ? 'ok' : word)]
}

const isLooked = (word: Word): boolean => word !== 'unscoped' && word !== 'unknown'

const runStep = fc.record({
  kind: fc.constant('run' as const),
  server: fc.constantFrom(...servers),
  db: fc.constantFrom(...words, 'ok', 'ok', 'critical', 'critical'),
  api: fc.constantFrom(...words, 'ok', 'ok', 'critical', 'critical'),
  state: fc.boolean(),
})
const usableRun = runStep.map((one) => ({ ...one, state: true }))
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: usableRun, weight: 12 },
  { arbitrary: runStep, weight: 3 },
  {
    arbitrary: fc.constantFrom(minuteMs, 40 * minuteMs, 5 * hourMs, dayMs + hourMs).map((ms) => ({ kind: 'wait' as const, ms })),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      kind: fc.constantFrom('close' as const, 'reopen' as const, 'comment' as const, 'empty' as const),
      pick: fc.nat(5),
      body: fc.constantFrom('/ack', '/silence 2h', '/unsilence', '/cause a person', 'looking', '/silence 7d'),
    }),
    weight: 3,
  },
  { arbitrary: fc.constant({ kind: 'lose-state' as const }), weight: 1 },
)

const markerOf = (issue: Issue) => {
  const read = readMarker(issue, [bot])
  return read.kind === 'ours' ? read.marker : undefined
}
const openMarkers = (world: World) => world.open().flatMap((issue) => (issue.author === bot ? (markerOf(issue) ?? []) : []))

/** By server and id: the simple model's view of what is open. */
const openOf = (world: World, server: string, id: string): boolean =>
  openMarkers(world).some((one) => one.server === server && one.id === id)

const expectNoDoubles = (world: World): void => {
  const identities = openMarkers(world).map((one) => identityOf(one))
  expect(new Set(identities).size).toBe(identities.length)
}

type Before = { readonly db: boolean; readonly api: boolean; readonly issues: readonly Issue[] }

const look = (world: World, server: string): Before => ({
  db: openOf(world, server, 'compose.service'),
  api: openOf(world, server, 'endpoint.status'),
  issues: [...world.issues()],
})

const byHand = (world: World, server: string): boolean =>
  world.issues().some((issue) => {
    const marker = issue.state === 'closed' ? markerOf(issue) : undefined
    const isDb = marker?.server === server && marker.id === 'compose.service' && marker.closed === undefined
    return isDb && world.now() - (issue.closedAt ?? 0) < dayMs
  })

const expectOnlyOwn = (world: World, before: Before, server: string): void => {
  for (const issue of before.issues) {
    const marker = markerOf(issue)
    if (marker?.server !== server) expect(world.issue(issue.number)).toBe(issue)
  }
}

const expectRun = (
  world: World,
  step: Extract<Step, { kind: 'run' }>,
  { before, done }: { before: Before; done: ReconcileResult },
): void => {
  const after = look(world, step.server)
  expect(done.writes.length).toBeLessThanOrEqual(10)
  expectOnlyOwn(world, before, step.server)
  expectNoDoubles(world)
  // A hard critical is never hidden, with or without state, unless a person closed it within the day.
  if (step.db === 'critical') expect(after.db || byHand(world, step.server)).toBe(true)
  if (step.api === 'critical' && !step.state) expect(after.api || world.issues().some((issue) => issue.state === 'closed')).toBe(true)
  expectChange({ word: step.db, before: before.db, after: after.db })
  expectChange({ word: step.api, before: before.api, after: after.api })
}

/** What was not looked at neither opens nor closes; what is bad or not clear does not close; what is good or absent does not open. */
const expectChange = ({ word, before, after }: { word: Word; before: boolean; after: boolean }): void => {
  if (!isLooked(word)) expect(after).toBe(before)
  if (before && ['warning', 'critical', 'hovering'].includes(word)) expect(after).toBe(true)
  if (!before && ['ok', 'hovering', 'absent'].includes(word)) expect(after).toBe(false)
}

const runOf = (world: World, step: Extract<Step, { kind: 'run' }>): void => {
  world.wait(5 * minuteMs)
  const findings = [...findingOf(step.db, hard), ...findingOf(step.api, soft)]
  const scope = [...(isLooked(step.db) ? ['compose'] : []), ...(isLooked(step.api) ? ['endpoints'] : [])]
  const options: RunOptions = { server: step.server, scope, state: step.state }
  const before = look(world, step.server)
  expectRun(world, step, { before, done: world.run(findings, options) })
  // The same run again, at the same time: nothing is left to say. (Without state good and missing runs are counted in the issue.)
  const counts = !step.state || step.db === 'absent' || step.api === 'absent'
  if (!counts) expect(world.run(findings, { ...options, dry: true }).writes).toEqual([])
}

const peopleDo: Record<'close' | 'reopen' | 'empty' | 'comment', (world: World, number: number, body: string) => void> = {
  close: (world, number) => world.closeByHand(number),
  reopen: (world, number) => {
    const own = markerOf(world.issue(number))
    const double = openMarkers(world).some((one) => own !== undefined && identityOf(one) === identityOf(own))
    if (!double) world.change(number, { state: 'open', closedAt: undefined, closedBy: undefined })
  },
  empty: (world, number) => world.change(number, { body: '' }),
  comment: (world, number, body) => world.comment(number, body),
}

const take = (world: World, step: Step): void => {
  if (step.kind === 'run') return runOf(world, step)
  if (step.kind === 'wait') return world.wait(step.ms)
  if (step.kind === 'lose-state') return world.loseState()
  const ours = world.issues().filter((one) => one.author === bot)
  const picked = ours[step.pick % Math.max(1, ours.length)]
  if (picked !== undefined) peopleDo[step.kind](world, picked.number, step.body)
}

describe('generated lives of incidents', () => {
  test('keep to the model', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 5, maxLength: 60 }), (steps) => {
        const world = createWorld()
        const forged = world.add({ author: 'mallory', body: 'not ours' })
        const before = world.issue(forged)
        for (const step of steps) take(world, step)
        expect(world.issue(forged)).toBe(before)
        // Every opened incident closes once its criteria hold.
        for (const server of servers) world.rounds(30, [hard('ok'), soft('ok')], { server, scope: ['compose', 'endpoints'] })
        expect(openMarkers(world)).toEqual([])
        for (const server of servers)
          expect(world.rounds(3, [hard('ok'), soft('ok')], { server, scope: ['compose', 'endpoints'] })).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
