import { expect, test } from '@jest/globals'
import { actions } from '../../../src/registry.generated.ts'
import { harmlessOptions, refuseWhatIsNotOurs, sourceOptions, usedOptions } from '../../../src/runtime/parse/foreign.ts'

const trust = { foreign: 'of a pull request', brought: new Set<string>(), sent: [] }
const refused = (value: Readonly<Record<string, unknown>>, ofBase = false): boolean => {
  const file = { isThere: true, source: 'ronde.yml', value, place: () => ({ line: 1, column: 1 }), mistakes: [] }
  try {
    refuseWhatIsNotOurs(trust, {
      file,
      inputs: { given: [], mistakes: [] },
      sections: ['health-check', 'cert-check', 'audit-deps'],
      ofBase,
    })
    return false
  } catch {
    return true
  }
}

test('what is called harmless is an option of some action, and none that is used for somebody', async () => {
  const all = await Promise.all(Object.values(actions).map(async (load) => Object.keys((await load()).action.options)))
  const names = new Set(all.flat())
  expect([...harmlessOptions].filter((name) => !names.has(name))).toEqual([])
  expect(usedOptions.filter((path) => path.length === 1 && harmlessOptions.has(String(path[0])))).toEqual([])
})

test.each([
  ['an option that nobody called harmless', { 'health-check': { 'made-up-later': 'x' } }, true],
  ['the same of one server', { servers: { a: { 'health-check': { 'made-up-later': 'x' } } } }, true],
  ['the same in a round', { rounds: { night: [{ 'cert-check': { 'made-up-later': 'x' } }] } }, true],
  ['one that is off', { 'health-check': { 'made-up-later': false } }, false],
  ['a harmless one', { 'health-check': { endpoints: ['https://quiz.example'] } }, false],
  ['a common section', { incidents: { recover: 1 } }, false],
])('%s: refused is %p', (_, value, isRefused) => {
  expect(refused(value)).toBe(isRefused)
})

test.each([...sourceOptions])('%s, which decides over the verdict, is used of the base of a pull request and of nobody else', (name) => {
  const written = { 'audit-deps': { [name]: 'https://mirror.example' } }
  expect([refused(written), refused(written, true), refused({ 'audit-deps': { 'made-up-later': 1 } }, true)]).toEqual([true, false, true])
})
