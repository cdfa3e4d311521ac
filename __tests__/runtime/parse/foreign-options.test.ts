import { expect, test } from '@jest/globals'
import { commonShape } from '../../../src/core/options/common.ts'
import { actions } from '../../../src/registry.generated.ts'
import { usedOptions } from '../../../src/runtime/parse/foreign.ts'

/**
 * Options that may come from the configuration of a pull request, on a hosted runner: what they name is asked over the network without any
 * secret, or read without a word of it being shown. One that runs a program, gives a right, or shows what it reads belongs into `usedOptions`.
 */
const harmless = [
  'server time-zone compose host database contacts rounds seasons maintenance incidents state-dir',
  'endpoints headers files letsencrypt ca-file thresholds renewal-period reload-grace',
  'tasks databases tables expected-indexes schema-snapshot update-snapshot sessions',
  'one-shot flow rabbitmq redis prometheus checks quick',
  'path branch pull-request look-back reports servers max-age',
  'table date-column day-table day-column log grace expect-rows-deleted',
  'for id subject up-to reason end',
].flatMap((names) => names.split(' '))

test('of every option it is known whether a pull request may bring it', async () => {
  const all = await Promise.all(Object.values(actions).map(async (load) => Object.keys((await load()).action.options)))
  const names = [...new Set([...Object.keys(commonShape), ...all.flat()])]
  const used = usedOptions.filter((path) => path.length === 1).map(([name]) => String(name))
  expect(names.toSorted()).toEqual([...harmless, ...used].toSorted())
})

test('what is used for somebody, deeper in an option, is there', () => {
  const deep = usedOptions.filter((path) => path.length > 1).map(([name]) => String(name))
  expect(deep.filter((name) => !harmless.includes(name))).toEqual([])
})
