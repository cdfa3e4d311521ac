import { expect, test } from '@jest/globals'
import { refuseStrangeIds } from '../../../src/actions/silence/known-ids.ts'

test.each([
  ['an id', ['endpoint.status']],
  ['a pattern', ['endpoint.*', '*.reachable', '*']],
  ['what no part says', ['monitoring.broken', 'state.*', 'health-check.failed']],
])('%s of this release may be silenced', (_what, patterns) => {
  expect(() => refuseStrangeIds(patterns)).not.toThrow()
})

test.each([
  ['endpont.*', 'input id: endpont.* means no finding of this release; did you mean endpoint.*?'],
  ['compose.servise', 'input id: compose.servise means no finding of this release; did you mean compose.service?'],
  ['rabbitmq', 'input id: rabbitmq means no finding of this release'],
])('%s is refused, with what may have been meant', (pattern, message) => {
  expect(() => refuseStrangeIds(['endpoint.*', pattern])).toThrow(message)
})
