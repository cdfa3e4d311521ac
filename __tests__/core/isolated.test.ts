import { expect, test } from '@jest/globals'
import { livedOrThrew } from '../../src/core/isolated.ts'

test('what is thrown over one thing is told of it', async () => {
  expect(await livedOrThrew(async () => Promise.reject(new RangeError('Invalid time value')))).toEqual({
    lived: false,
    ended: 'an error (Invalid time value)',
  })
  expect(await livedOrThrew(async () => ({ lived: true, value: 7 }))).toEqual({ lived: true, value: 7 })
  expect(await livedOrThrew(async () => ({ lived: false, ended: 'SIGSEGV' }))).toEqual({ lived: false, ended: 'SIGSEGV' })
})
