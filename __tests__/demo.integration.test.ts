import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { temporaryFolder } from './support/ronde.ts'

const demo = async (...args: readonly string[]) => {
  await using folder = await temporaryFolder()
  const out = join(folder.path, 'out')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['demo/demo.ts', '--out', out, ...args], {
    encoding: 'utf8',
    timeout: 110_000,
  })
  return { status, text: `${stdout}${stderr}`, files: readdirSync(out) }
}

describe('the demo', () => {
  test('finds a healthy server, a broken one and a mended one, and leaves what it found', async () => {
    const { status, text, files } = await demo()
    expect(text).toContain('The story came true: ok, critical, ok.')
    expect(status).toBe(0)
    for (const act of ['1-healthy', '2-broken', '3-mended']) {
      expect(files).toEqual(expect.arrayContaining([`${act}.summary.md`, `${act}.summary.html`, `${act}.report.json`]))
    }
  }, 120_000)

  test.each([
    ['break', 'broken: the round said ok, expected critical'],
    ['mend', 'mended: the round said critical, expected ok'],
  ])(
    'fails when the %s is left out',
    async (part, told) => {
      const { status, text } = await demo('--without', part)
      expect(text).toContain(told)
      expect(status).toBe(1)
    },
    120_000,
  )
})
