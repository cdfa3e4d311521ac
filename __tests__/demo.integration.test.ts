import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
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
  const files = readdirSync(out)
  const issue = files.includes('issue-1.md') ? readFileSync(join(out, 'issue-1.md'), 'utf8') : ''
  return { status, text: `${stdout}${stderr}`, files, issue }
}

describe('the demo', () => {
  test('finds a healthy server, a broken one, a worse one and a mended one, then what was forgotten, and leaves what it found and its issues', async () => {
    const { status, text, files, issue } = await demo()
    expect(text).toContain('The story came true: ok, critical, critical, ok, critical, ok, critical, ok.')
    expect(status).toBe(0)
    for (const act of ['1-healthy', '2-broken', '3-worse', '4-mended', '5-forgotten', '6-remembered', '7-audited', '8-bumped']) {
      expect(files).toEqual(expect.arrayContaining([`${act}.summary.md`, `${act}.summary.html`, `${act}.report.json`]))
    }
    expect(files.filter((name) => /^issue-.*md$/.test(name))).toEqual(['issue-1.md', 'issue-2.md', 'issue-3.md', 'issue-4.md'])
    // Each state on the way: opened, worse, closed.
    expect(files.filter((name) => name.endsWith('issue-1.md'))).toEqual([
      ...['2-broken', '3-worse', '4-mended', '5-forgotten', '6-remembered', '7-audited', '8-bumped'].map((act) => `${act}.issue-1.md`),
      'issue-1.md',
    ])
    expect(issue).toMatch(/^\*\*Closed\*\* .* Seen 2 times, .*\n\nCause: somebody killed it by hand\./m)
    expect(text.match(/(?<=^incidents: )(?:opened|updated|closed) #\d/gm)?.join(', ')).toBe(
      'opened #1, updated #1, closed #1, opened #2, opened #3, closed #2, closed #3, opened #4, closed #4',
    )
  }, 120_000)

  test.each([
    ['break', 'broken: the round said ok, expected critical'],
    ['worsen', 'worse: the round wrote nowhere "Fails with it now:"'],
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
