import { describe, expect, test } from '@jest/globals'
import { noHistory } from '../../src/contract/history.ts'
import { readMarker, writeMarker } from '../../src/incidents/marker.ts'
import { currentId, idsOf, withFormerIds } from '../../src/incidents/renamed.ts'
import { bot, createWorld, hard, hourMs, minuteMs, soft } from '../support/incident-world.ts'

const renamed = { 'compose.service': 'compose.container' }
const container = (status: 'critical' | 'ok') => hard(status, { id: 'compose.container' })
const now = (options = {}) => ({ renamed, ...options })

/** An issue that the release before opened, under the id of its time. */
const opened = () => {
  const world = createWorld()
  world.rounds(3, [hard('critical')])
  expect(world.open()).toHaveLength(1)
  return world
}

describe('an incident that was opened under the id that its finding had before', () => {
  test('goes on: no second issue opens, and it closes when it is good', () => {
    const world = opened()
    const writes = world.rounds(3, [container('critical')], now())
    expect(writes.filter((one) => one.kind === 'create')).toEqual([])
    world.rounds(12, [container('ok')], now())
    expect(world.open()).toEqual([])
    expect(world.issues()).toHaveLength(1)
  })

  test('counts the bad runs that were kept under the former id', () => {
    const world = createWorld()
    world.rounds(1, [soft('critical', { id: 'compose.service' })])
    world.rounds(1, [soft('critical', { id: 'compose.container' })], now())
    expect(world.open()).toHaveLength(1)
  })

  test('closes as no longer monitored when its subject is gone', () => {
    const world = opened()
    world.rounds(4, [hard('ok', { subject: 'service/web', id: 'compose.container' })], now())
    expect(world.open()).toEqual([])
  })

  test('is silenced by a pattern of either id', () => {
    for (const ids of [['compose.service'], ['compose.container']]) {
      const world = createWorld()
      const quiet = [{ kind: 'silence' as const, until: world.now() + hourMs, ids, why: 'silenced' }]
      expect(world.run([container('critical')], now({ quiet })).writes).toEqual([])
      world.wait(minuteMs)
    }
  })

  test('has its new id, and a fingerprint of that, once it was read; a marker of no release is none', () => {
    const marker = opened().marker(1)
    const body = writeMarker(marker)
    const read = readMarker({ author: bot, body }, [bot], renamed)
    expect(read).toMatchObject({ kind: 'ours', marker: { id: 'compose.container' } })
    expect(read.kind === 'ours' && read.marker.fingerprint).not.toBe(marker.fingerprint)
    const moved = body.replace('"id":"compose.service"', '"id":"compose.container"')
    expect(readMarker({ author: bot, body: moved }, [bot], renamed).kind).toBe('unreadable')
  })
})

test('an id that was not renamed is itself, whatever it is called', () => {
  expect([currentId('endpoint.status', renamed), currentId('constructor', renamed)]).toEqual(['endpoint.status', 'constructor'])
  expect(idsOf('compose.container', renamed)).toEqual(['compose.container', 'compose.service'])
})

test('the past under both ids is one, newest first, and of one run the word of the id of now counts', () => {
  const past = {
    'compose.service': [
      { at: 3, status: 'ok' as const },
      { at: 2, status: 'ok' as const },
    ],
    'compose.container': [{ at: 3, status: 'critical' as const }],
  }
  const history = { ...noHistory, statuses: (id: string, _subject: string, _limit: number) => past[id as keyof typeof past] ?? [] }
  expect(
    withFormerIds(history, renamed)
      .statuses('compose.container', 'service/db', 5)
      .map(({ at }) => at),
  ).toEqual([3, 2])
})
