import { expect, test } from '@jest/globals'
import { judgeApt } from '../../../../src/actions/audit-deps/parts/os-updates/policy.ts'
import { couldNotLook, saw } from '../../../../src/contract/seen.ts'
import { pendingUpdates } from '../../../../src/domain/packages/apt-simulation.ts'

const now = Date.parse('2026-11-30T12:00:00Z')
const dayMs = 24 * 3_600_000
const simulated = `NOTE: This is only a simulation!
Reading package lists...
The following packages will be upgraded:
  libssl3 tzdata
Inst libssl3 [3.0.11-1~deb12u2] (3.0.14-1~deb12u2 Debian-Security:12/stable-security [amd64])
Inst curl [7.88.1-10] (7.88.1-11 Debian:12.8/stable [amd64]) []
Inst sudo [1.9.9-1] (1.9.9-1ubuntu2.4 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])
Inst linux-image-6.1 (6.1.112-1 Debian-Security:12/stable-security [amd64])
Inst $(touch x) [1] (2 evil-security [all])
Conf libssl3 (3.0.14-1~deb12u2 Debian-Security:12/stable-security [amd64])
`

test('what apt would install, and what of it is for security', () => {
  expect(pendingUpdates(simulated).map(({ name, isSecurity }) => `${name} ${isSecurity}`)).toEqual([
    'libssl3 true',
    'curl false',
    'sudo true',
  ])
})

const judged = (output: string, listsAt: number | undefined) =>
  judgeApt(saw({ updates: pendingUpdates(output), listsAt }, now), now).map(({ id, status, observed }) => `${status} ${id}: ${observed}`)

test.each([
  [simulated, now - dayMs, ['warning audit.os-updates: libssl3, sudo', 'ok audit.lists: fetched 1 day ago']],
  ['', now, ['ok audit.os-updates: 0 other updates', 'ok audit.lists: fetched 0 days ago']],
  ['', now - 7 * dayMs, ['ok audit.os-updates: 0 other updates', 'ok audit.lists: fetched 7 days ago']],
  ['', now - 8 * dayMs, ['ok audit.os-updates: 0 other updates', 'warning audit.lists: fetched 8 days ago']],
  ['', undefined, ['ok audit.os-updates: 0 other updates', 'unknown audit.lists: nothing below /var/lib/apt/lists']],
])('updates and lists (%#)', (output, listsAt, told) => {
  expect(judged(output, listsAt)).toEqual(told)
})

test('a machine without apt is unknown', () => {
  expect(judgeApt(couldNotLook('apt-get is not on this machine', 'x'), now)).toMatchObject([{ id: 'audit.os-updates', status: 'unknown' }])
})
