import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

test('the client of an engine that never answers does not outlive a SIGKILL of the action', async () => {
  await using folder = await temporaryFolder()
  const asked = join(folder.path, 'asked')
  // Deaf to SIGTERM, as a client that waits for a disk.
  writeFileSync(join(folder.path, 'docker'), `#!/bin/sh\ntrap '' TERM\necho $$ >> '${asked}'\nexec sleep 86399\n`)
  chmodSync(join(folder.path, 'docker'), 0o755)
  const untilAsked = async () => {
    for (let looks = 0; looks < 1_000 && !existsSync(asked); looks += 1) await delay(20)
  }
  const ran = await runRonde('health-check', {
    inputs: { checks: 'compose' },
    environment: { PATH: `${folder.path}:${process.env['PATH'] ?? ''}` },
    signal: { after: untilAsked(), name: 'SIGKILL' },
  })
  expect(readFileSync(asked, 'utf8')).toMatch(/^\d+\n/)
  expect(ran.signal).toBe('SIGKILL')
  // Found by the mark of its job, as the runner does at the end.
  expect(ran.orphans).toEqual([])
})
