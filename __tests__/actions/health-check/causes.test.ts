import { expect, test } from '@jest/globals'
import { withCauses } from '../../../src/actions/health-check/causes.ts'
import type { Finding } from '../../../src/contract/finding.ts'
import { createWorld, minuteMs, soft } from '../../support/incident-world.ts'
import { sampleFinding } from '../../support/sample-report.ts'

const database = (status: Finding['status']) => sampleFinding({ id: 'postgres.reachable', subject: 'service/db', status })
const wrong = soft('critical')

test.each([
  { what: 'a database that lets nobody in explains a wrong status', findings: [database('critical'), wrong], parents: [false, true] },
  { what: 'and a wrong body', findings: [database('critical'), { ...wrong, id: 'endpoint.body' }], parents: [false, true] },
  { what: 'a database that could not be asked explains nothing', findings: [database('unknown'), wrong], parents: [false, false] },
  { what: 'one that is well neither', findings: [database('ok'), wrong], parents: [false, false] },
  {
    what: 'an address that gives no answer is another matter',
    findings: [database('critical'), { ...wrong, id: 'endpoint.reachable' }],
    parents: [false, false],
  },
  { what: 'what is ok needs no cause', findings: [database('critical'), soft('ok')], parents: [false, false] },
])('$what', ({ findings, parents }) => {
  expect(withCauses(findings).map((one) => one.parent !== undefined)).toEqual(parents)
})

test('the database is down: one issue, with a line for each address that fails with it', () => {
  const world = createWorld()
  const round = (status: Finding['status']) =>
    withCauses([database(status), soft(status), soft(status, { subject: 'https://quiz.example/home' })])
  world.rounds(2, round('critical'))
  expect(world.open()).toHaveLength(1)
  expect(world.issue(1).body.match(/^- critical /gm)).toHaveLength(2)
  world.wait(10 * minuteMs)
  world.rounds(4, round('ok'))
  expect(world.issues().map((one) => one.state)).toEqual(['closed'])
})
