import { execFileSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { seePurgeLog } from '../../src/probes/purge-log.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import { temporaryFolder } from '../support/ronde.ts'

const midnight = Date.parse('2026-12-04T20:00:00Z')
const pattern = 'Purge OK: (?<rows>\\d+) rows'

type Entry = { readonly at: number; readonly unit: string; readonly message: string }

/** An entry in the export format of the journal. */
const exported = ({ at, unit, message }: Entry): string =>
  [
    `__REALTIME_TIMESTAMP=${at}000`,
    `__MONOTONIC_TIMESTAMP=${at - midnight + 90_000_000}000`,
    '_BOOT_ID=0123456789abcdef0123456789abcdef',
    `_SYSTEMD_UNIT=${unit}`,
    'SYSLOG_IDENTIFIER=purge',
    '_PID=42',
    `MESSAGE=${message}`,
    '\n',
  ].join('\n')

/** A real journal with these entries, and the real journalctl, which is told where it lies. */
const journalOf = async (folder: string, entries: readonly Entry[], as = '') => {
  const [journal, bin] = [join(folder, 'journal'), join(folder, 'bin')]
  await mkdir(journal)
  await mkdir(bin)
  execFileSync('/lib/systemd/systemd-journal-remote', ['-o', join(journal, 'test.journal'), '-'], {
    input: entries.map(exported).join(''),
    stdio: 'pipe',
  })
  await writeFile(join(bin, 'journalctl'), `#!/bin/sh\nexec ${as} /usr/bin/journalctl --directory=${journal} "$@"\n`)
  await chmod(join(bin, 'journalctl'), 0o755)
  const runProgram = createPrograms({ environment: { PATH: `${bin}:/usr/bin:/bin` } }).run
  return (unit: string, wanted = pattern) =>
    seePurgeLog({ kind: 'journal', unit }, wanted, midnight, { compose: {} as never, runProgram, signal: new AbortController().signal })
}

test('the lines of a unit since midnight, and of no other unit', async () => {
  await using folder = await temporaryFolder()
  const look = await journalOf(folder.path, [
    { at: midnight - 1_000, unit: 'purge.service', message: 'Purge OK: 1 rows' },
    { at: midnight + 1_500, unit: 'purge.service', message: 'Purge OK: 12 rows deleted' },
    { at: midnight + 2_000, unit: 'other.service', message: 'Purge OK: 99 rows deleted' },
    { at: midnight + 3_000, unit: 'purge.service', message: 'something else' },
  ])
  expect(await look('purge.service')).toMatchObject({
    seen: true,
    value: { lines: [{ at: midnight + 1_500, rows: 12, text: 'purge[42]: Purge OK: 12 rows deleted' }], undated: 0, cut: false },
  })
  expect(await look('purge')).toMatchObject({ seen: true, value: { lines: [{ rows: 12 }] } })
  expect(await look('nothing.service')).toMatchObject({ seen: true, value: { lines: [] } })
})

test('a journal that this user may not read could not be looked at, with the command that allows it', async () => {
  await using folder = await temporaryFolder()
  const entries = [{ at: midnight + 1_500, unit: 'purge.service', message: 'Purge OK: 12 rows deleted' }]
  const look = await journalOf(folder.path, entries, 'setpriv --reuid=65534 --regid=65534 --clear-groups')
  await chmod(folder.path, 0o755)
  await chmod(join(folder.path, 'journal/test.journal'), 0o600)
  expect(await look('purge.service')).toMatchObject({
    seen: false,
    cause: 'the journal of purge.service may not be read',
    advice: expect.stringContaining('sudo usermod -aG systemd-journal USER'),
  })
})

test('a host without a journal could not be looked at', async () => {
  const runProgram = createPrograms({ environment: { PATH: '/nonexistent' } }).run
  const probe = { compose: {} as never, runProgram, signal: new AbortController().signal }
  expect(await seePurgeLog({ kind: 'journal', unit: 'purge' }, pattern, midnight, probe)).toMatchObject({
    seen: false,
    cause: 'no such program: journalctl',
    advice: 'this host has no journal: name a service or a file as log',
  })
})
