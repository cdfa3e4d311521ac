import { describe, expect, test } from '@jest/globals'
import type { JsonObject } from '../../src/contract/json.ts'
import { beginSteps, type Steps, undoSteps } from '../../src/core/steps.ts'

type World = { readonly log: string[]; failAt?: string }
type Records = { readonly stop: { readonly service: string }; readonly swap: { readonly from: string; readonly to: string } }

const steps: Steps<World, Records> = {
  stop: {
    do: async ({ service }, { log }) => {
      log.push(`stop ${service}`)
    },
    undo: async ({ service }, { log }) => {
      log.push(`start ${service}`)
    },
  },
  swap: {
    do: async ({ from, to }, { log, failAt }) => {
      if (failAt === 'swap') throw new Error('the disk is full')
      log.push(`swap ${from} ${to}`)
    },
    undo: async ({ from, to }, { log, failAt }) => {
      if (failAt === 'undo swap') throw new Error('cannot')
      log.push(`swap back ${to} ${from}`)
    },
  },
}

const begin = (world: World) => {
  const entries: JsonObject[] = []
  const ledger = {
    write: (entry: JsonObject) => {
      world.log.push(`ledger ${typeof entry['step'] === 'string' ? entry['step'] : ''}`)
      entries.push(entry)
    },
  }
  return { change: beginSteps(steps, world, ledger), entries }
}

describe('steps', () => {
  test('stand in the ledger before they are done, and are undone backwards', async () => {
    const world: World = { log: [] }
    const { change } = begin(world)
    await change.step('stop', { service: 'web' })
    await change.step('swap', { from: 'a', to: 'b' })
    await change.undo()
    expect(world.log).toEqual(['ledger stop', 'stop web', 'ledger swap', 'swap a b', 'swap back b a', 'start web'])
    await change.undo()
    expect(world.log).toHaveLength(6)
  })

  test('one that fails is undone too: it may be half done', async () => {
    const world: World = { log: [], failAt: 'swap' }
    const { change } = begin(world)
    await change.step('stop', { service: 'web' })
    await expect(change.step('swap', { from: 'a', to: 'b' })).rejects.toThrow('the disk is full')
    await change.undo()
    expect(world.log).toEqual(['ledger stop', 'stop web', 'ledger swap', 'swap back b a', 'start web'])
  })

  test('one whose ledger cannot be written is not done', async () => {
    const world: World = { log: [] }
    const change = beginSteps(steps, world, {
      write: () => {
        throw new Error('no room')
      },
    })
    await expect(change.step('stop', { service: 'web' })).rejects.toThrow('no room')
    await change.undo()
    expect(world.log).toEqual([])
  })

  test('of a dead run are undone from its ledger alone; other entries are passed over', async () => {
    const world: World = { log: [] }
    await undoSteps(
      steps,
      [{ step: 'stop', record: { service: 'web' } }, { application: 'x' }, { step: 'swap', record: { from: 'a', to: 'b' } }],
      world,
    )
    expect(world.log).toEqual(['swap back b a', 'start web'])
  })

  test('that this version does not know end the recovery, which then stays pending', async () => {
    const world: World = { log: [] }
    const entries = [
      { step: 'stop', record: { service: 'web' } },
      { step: 'toString', record: {} },
    ]
    await expect(undoSteps(steps, entries, world)).rejects.toThrow('a step that this version does not know: toString')
    expect(world.log).toEqual([])
  })

  test('behind one that cannot be undone stay', async () => {
    const world: World = { log: [], failAt: 'undo swap' }
    const entries = [
      { step: 'stop', record: { service: 'web' } },
      { step: 'swap', record: { from: 'a', to: 'b' } },
    ]
    await expect(undoSteps(steps, entries, world)).rejects.toThrow('cannot')
    expect(world.log).toEqual([])
  })
})
