import { expect, test } from '@jest/globals'
import { judgeWorst, type MeasuredThing } from '../../../src/actions/db-maintain/worst.ts'

const judged = (looked: readonly MeasuredThing[], worse: 'above' | 'below' = 'above') =>
  judgeWorst({
    id: 'db.dead-rows',
    subject: 'database/quiz',
    threshold: {
      warning: 10,
      critical: 40,
      clear: worse === 'above' ? 8 : 50,
      worse,
      ...(worse === 'below' ? { warning: 40, critical: 10 } : {}),
    },
    looked,
    healthy: 'no table with many dead rows',
    title: (worst) => `${worst.name} has ${worst.words}`,
    expected: 'less than 10 %',
    advice: (bad) => `vacuum ${bad.map(({ name }) => name).join(', ')}`,
    measure: { name: 'dead', unit: '%' },
  })
const thing = (name: string, value: number): MeasuredThing => ({ name, value, words: `${value} % dead rows` })

test('nothing to look at is healthy, and measures nothing', () => {
  expect(judged([])).toMatchObject({
    status: 'ok',
    cleared: true,
    title: 'database/quiz: no table with many dead rows',
    observed: 'no table with many dead rows',
    advice: '',
    evidence: [],
    measurements: [],
  })
})

test('one below the limit is healthy, and still measured', () => {
  expect(judged([thing('a', 9), thing('b', 3)])).toMatchObject({
    status: 'ok',
    cleared: false,
    title: 'database/quiz: no table with many dead rows',
    observed: 'a: 9 % dead rows',
    advice: '',
    evidence: [],
    measurements: [{ name: 'dead', value: 9, unit: '%' }],
  })
})

test('the worst decides, and what is beyond the limit stands behind it', () => {
  expect(judged([thing('a', 10)])).toMatchObject({ status: 'warning', title: 'database/quiz: a has 10 % dead rows' })
  expect(judged([thing('a', 12), thing('b', 41), thing('c', 3)])).toMatchObject({
    status: 'critical',
    title: 'database/quiz: b has 41 % dead rows and 1 more',
    observed: 'b: 41 % dead rows',
    advice: 'vacuum b, a',
    evidence: ['b: 41 % dead rows', 'a: 12 % dead rows'],
    measurements: [{ name: 'dead', value: 41, unit: '%' }],
  })
})

test('less may be worse, and the evidence is bounded', () => {
  expect(judged([thing('a', 30), thing('b', 5)], 'below')).toMatchObject({
    status: 'critical',
    title: 'database/quiz: b has 5 % dead rows and 1 more',
  })
  expect(judged(Array.from({ length: 21 }, (_, at) => thing(`t${at}`, 50))).evidence).toHaveLength(20)
})
