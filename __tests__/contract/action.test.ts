import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { type ActionOptions, defineAction, idsOfAction, result } from '../../src/contract/action.ts'
import type { BorrowedOptions } from '../../src/contract/common-options.ts'
import { actions } from '../../src/registry.generated.ts'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** Compiles only for what is true. */
const holds = <Claim extends true>(claim: Claim): Claim => claim

const options = { most: z.number() }

test('an action gets its own options, the common ones that it reads, those that it borrows, and no other', () => {
  type Keys = keyof ActionOptions<typeof options, 'compose' | 'time-zone', 'health-check.endpoints'>
  expect(holds<Same<Keys, 'most' | 'compose' | 'time-zone' | 'health-check'>>(true)).toBe(true)
  expect(holds<Same<keyof ActionOptions<typeof options>, 'most'>>(true)).toBe(true)
  type Lent = NonNullable<BorrowedOptions<'health-check.endpoints'>['health-check']>
  expect(holds<Same<keyof Lent, 'endpoints'>>(true)).toBe(true)
})

test('all ids of an action are its own, and those that the runtime says of any', () => {
  const action = defineAction({
    name: 'look',
    description: 'Looks.',
    kind: 'observe',
    reads: [],
    options,
    ids: ['look.high'],
    outputs: {},
    timeoutMs: ({ most }) => most,
    run: async () => result([], []),
  })
  expect(idsOfAction(action)).toEqual(['look.high', 'look.failed', 'look.unfinished', 'look.nothing'])
})

test.each(Object.entries(actions))('%s declares no id twice', async (_name, load) => {
  const { ids } = (await load()).action
  expect(ids).toEqual([...new Set(ids)])
})
