import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { idsOfParts, inOrder, renamedInParts } from '../../src/core/parts.ts'

const part = (name: string, order: number, options = {}) => ({ name, order, options, ids: [`${name}.fine`] })

test('parts come in the order that they declare, those of one place by name', () => {
  expect(inOrder([part('b', 2), part('z', 1), part('a', 2)]).map(({ name }) => name)).toEqual(['z', 'a', 'b'])
})

test('an option that two parts declare is a bug of theirs', () => {
  expect(() => inOrder([part('a', 1, { limit: z.string() }), part('b', 2, { limit: z.number() })])).toThrow(
    'the option limit is declared by two parts',
  )
})

test('ids are told once, former ones with those of now', () => {
  expect(idsOfParts([part('a', 1), part('a', 2), part('b', 3)])).toEqual(['a.fine', 'b.fine'])
  expect(renamedInParts([{}, { renamed: { 'a.was': 'a.fine' } }])).toEqual({ 'a.was': 'a.fine' })
})
