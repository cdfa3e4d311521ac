import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { ask } from '../../scripts/program.ts'
import { runIn, writeFiles } from '../support/page-example.ts'
import { runRonde } from '../support/ronde.ts'
import { stubBranches, stubCheck } from '../support/stub-branches.ts'

jest.setTimeout(600_000)

const root = mkdtempSync(join(tmpdir(), 'ronde-branches-'))
const names = Object.keys(stubBranches)
let merged = ''

const git = async (...args: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await ask('git', ['-C', root, ...args])
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout
}

/** All but `dist/`, which whoever merges makes. */
const commit = async (message: string): Promise<void> => {
  await git('add', '--all', '--', '.', ':!dist')
  await git('commit', '--quiet', '--no-verify', '--message', message)
}

const notCopied = new Set(['.git', 'node_modules', '.build', '.modules', 'out', 'coverage'].map((name) => resolve(name)))

/** A clone of this checkout as it is now. */
const clone = async (): Promise<void> => {
  cpSync('.', root, { recursive: true, filter: (path) => !notCopied.has(resolve(path)) })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('config', 'user.name', 'a')
  await git('config', 'user.email', 'a@quiz.example')
  await git('config', 'core.excludesFile', '/dev/null')
  writeFiles(root, { '.git/info/exclude': 'node_modules\n' })
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'chore: what was there')
}

/** The branch of somebody who sees nothing of the others. */
const branch = async (name: string): Promise<void> => {
  await git('switch', '--quiet', '--create', name, 'main')
  writeFiles(root, stubBranches[name] ?? {})
  runIn(root, 'scripts/generate.ts')
  await commit(`feat(${name}): a stub`)
}

beforeAll(async () => {
  await clone()
  for (const name of names) await branch(name)
  await git('switch', '--quiet', 'main')
  merged = runIn(root, '--disable-warning=ExperimentalWarning', 'scripts/merge.ts', ...names)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('stubs of backup, restore, audit-deps and host checks, made on four branches,', () => {
  test('merge one after the other without a conflict', async () => {
    expect(merged).not.toContain('to be decided')
    expect(await git('log', '--merges', '--format=%s')).toBe(
      names
        .toReversed()
        .map((name) => `Merge branch '${name}'\n`)
        .join(''),
    )
    expect(await git('status', '--porcelain')).toBe('')
  })

  test('leave nothing stale, and nothing that the compiler would say', () => {
    expect(runIn(root, 'scripts/generate.ts', '--check')).not.toContain('stale')
    expect(runIn(root, 'scripts/changelog.ts', '--check')).toBe('')
    expect(runIn(root, 'node_modules/typescript/bin/tsc', '-p', '.')).toBe('')
  })

  test('pass their tests and the checks of registries, pages and layers', () => {
    const checks = [
      'runbooks',
      'docs',
      'architecture',
      'examples',
      'scripts/(generate|changelog)',
      'actions/(stub|health-check)',
      'runtime/parse',
    ]
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--selectProjects', 'unit', '--maxWorkers=2']
    const said = runIn(root, '--disable-warning=ExperimentalWarning', ...jest, ...checks.map((one) => `__tests__/${one}`))
    expect(said).toMatch(/Tests: +\d+ passed, \d+ total/)
  })

  test('are all in the bundle that the last merge made, and run', async () => {
    for (const name of ['stub-backup', 'stub-restore', 'stub-audit-deps']) {
      expect(existsSync(join(root, `dist/${name}.js`))).toBe(true)
      const ran = await runRonde(name, { root, code: 'dist' })
      expect(ran.reports).toMatchObject([{ action: name, status: 'ok' }])
    }
    const files = { '.github/ronde.yml': `health-check: { checks: [${stubCheck}], stub-seen: 0 }\n` }
    const ran = await runRonde('health-check', { root, code: 'dist', files })
    expect(ran.findings.find(({ check }) => check === stubCheck)).toMatchObject({ id: `stub-${stubCheck}.seen`, status: 'warning' })
    expect(ran.findings.filter(({ id }) => id === 'check.unavailable')).toEqual([])
  })
})
