import { expect, test } from '@jest/globals'
import { once } from '../../src/core/once.ts'

test('what is made once is made when it is first asked for, and is the same ever after', () => {
  let made = 0
  const counted = once(() => {
    made += 1
    return made > 5 ? made : undefined
  })
  expect(made).toBe(0)
  counted()
  counted()
  expect(made).toBe(1)
})
