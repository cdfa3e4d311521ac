import { expect, test } from '@jest/globals'
import { action as certCheck } from '../../../src/actions/cert-check/action.ts'
import { action as dbMaintain } from '../../../src/actions/db-maintain/action.ts'
import { action as healthCheck } from '../../../src/actions/health-check/action.ts'
import { actions as registry } from '../../../src/registry.generated.ts'
import { mistakesOf } from '../../support/parse-run.ts'

const told = async (file: string, action = healthCheck): Promise<string> =>
  (await mistakesOf({ file, action, registry })).slice(1).join('\n')

test.each([
  ['endpoints: []', 'endpoints: unknown key; it belongs in cert-check or health-check'],
  ['thresholds: {}', 'thresholds: unknown key; it belongs in cert-check or db-maintain or health-check'],
  ['table: game', 'table: unknown key; it belongs in purge-verify'],
  ['project: x', 'project: unknown key; it belongs in compose'],
  ['incidents: { notify: [] }', 'incidents.notify: unknown key; it stands at the top of the file'],
  ['incidents: { maintenance: [] }', 'incidents.maintenance: unknown key; it stands at the top of the file'],
  ['database: { password: hunter2 }', 'database["password"]: unknown key; here it is called url'],
  ['database: { hunter2: x }', 'database: unknown key (not shown: it may be secret)'],
  ['health-check: { fail-on: never }', 'health-check.fail-on: unknown key; it is an input of the step, below `with:`'],
  [
    'health-check: { incidents: true }',
    'health-check.incidents: unknown key; it stands at the top of the file, or it is an input of the step',
  ],
  ['health-check: { compose-directory: /s }', 'health-check.compose-directory: unknown key; in the file it is written compose.directory'],
  ['health-check: { database-service: db }', 'health-check.database-service: unknown key; in the file it is written database.service'],
  ['health-check: { max-latency: 1s }', 'health-check.max-latency: unknown key; it belongs in health-check.endpoints[]'],
  ['health-check: { host: true }', 'health-check.host: unknown key; it stands at the top of the file'],
  ['health-check: { cert-check: {} }', 'health-check.cert-check: unknown key; it stands at the top of the file'],
  ['timezone: UTC', 'timezone: unknown key; here it is called time-zone'],
  ['servers: { host-1: { health-check: { tables: [] } } }', 'servers.host-1.health-check.tables: unknown key; it belongs in db-maintain'],
  ['health-check: { quik: true }', 'health-check.quik: unknown key; did you mean quick?'],
  ['health-check: { zzz: true }', 'health-check.zzz: unknown key'],
])('an unknown key is told where it belongs: %s', async (file, message) => {
  expect((await told(`${file}\n`)).replace(/^\s*\d+:\d+\s+/, '')).toBe(message)
})

test('in sections of other actions too', async () => {
  expect(await told('db-maintain: { thresholds: { connections: [80%, 90%] } }\n', dbMaintain)).toContain(
    'db-maintain.thresholds.connections: unknown key; it belongs in health-check.thresholds',
  )
  expect(await told('cert-check: { domains: [a] }\n', certCheck)).toContain('cert-check.domains: unknown key; here it is called endpoints')
})
