import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { startGitHub } from './support/github/server.ts'
import { contributing, copyCheckout, filesOfPage, runIn, writeFiles } from './support/page-example.ts'
import { runRonde, temporaryFolder } from './support/ronde.ts'

jest.setTimeout(240_000)

const repository = 'quiz/operations'
const files = filesOfPage(contributing())
const check = 'src/actions/health-check/parts/uptime/part.ts'
const action = 'src/actions/load/action.ts'
const root = mkdtempSync(join(tmpdir(), 'ronde-contributing-'))
/** In place of /proc/uptime: it can be written, and taken away. */
const uptime = join(root, 'uptime')
let generated = ''

/** The two examples of the page in a checkout of their own, and what follows from them. */
beforeAll(() => {
  copyCheckout(root)
  writeFiles(root, { ...files, [check]: (files[check] ?? '').replace("'/proc/uptime'", `'${uptime}'`) })
  generated = runIn(root, 'scripts/generate.ts')
  runIn(root, 'scripts/emit.ts')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const web = createServer((_request, response) => response.end('{}'))
beforeAll(
  () =>
    new Promise<void>((listening) => {
      web.listen(0, '127.0.0.1', listening)
    }),
)
afterAll(() => {
  web.closeAllConnections()
  web.close()
})

/** Runs of one action of that checkout, one after the other on one server, with its incidents. */
const rounds = async (name: string, section: () => string) => {
  const github = await startGitHub({ repository })
  const state = await temporaryFolder()
  const incidents = 'incidents: { enabled: true, confirm: 1, recover: 2, settle: 1ms }'
  const run = async (count: number) => {
    for (let nth = 0; nth < count; nth += 1) {
      github.reset()
      const ran = await runRonde(name, {
        root,
        files: { '.github/ronde.yml': `server: quiz-test\n${incidents}\n${name}: ${section()}\n` },
        stateHome: state.path,
        github: { repository, api_url: github.url, token: github.token('job') },
      })
      if (ran.reports.length === 0) throw new Error(ran.log)
    }
  }
  const open = () => github.repository.issues.filter((one) => one.state === 'open').map(({ title }) => title)
  return {
    run,
    open,
    issues: () => github.repository.issues.length,
    [Symbol.asyncDispose]: async () => {
      await github.close()
      await state[Symbol.asyncDispose]()
    },
  }
}

describe('the examples of CONTRIBUTING.md, to the letter', () => {
  test('are two files each', () => {
    expect(Object.keys(files)).toEqual([
      check,
      '__tests__/actions/health-check/parts/uptime/part.test.ts',
      action,
      '__tests__/actions/load/action.test.ts',
    ])
  })

  test('everything else is generated, and then nothing is stale', () => {
    const wrote = [...generated.matchAll(/^wrote (.+)$/gm)].map((match) => match[1])
    expect(wrote).toEqual(
      expect.arrayContaining([
        'src/actions/health-check/parts.generated.ts',
        'src/registry.generated.ts',
        'src/incidents/finding-ids.generated.ts',
        'actions/load/action.yml',
        'actions/load/README.md',
        'schema/ronde.schema.json',
      ]),
    )
    expect(runIn(root, 'scripts/generate.ts', '--check')).not.toContain('stale')
  })

  test('a list of ids that lacks what the sources import, as a merge may leave it, is made anew', () => {
    const path = join(root, 'src/incidents/finding-ids.generated.ts')
    const whole = readFileSync(path, 'utf8')
    writeFileSync(path, whole.slice(0, whole.indexOf('/** Ids that findings had before')))
    runIn(root, 'scripts/generate.ts')
    expect(readFileSync(path, 'utf8')).toBe(whole)
  })

  test('their types hold, and their own tests pass', () => {
    expect(runIn(root, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noEmit')).toBe('')
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--selectProjects', 'unit', '--maxWorkers=1']
    expect(runIn(root, '--disable-warning=ExperimentalWarning', ...jest)).toContain('Tests:       4 passed')
  })

  test('an incident of the check opens, stays while the check throws and another one is completed, and closes', async () => {
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`
    await using server = await rounds('health-check', () => `{ checks: [uptime, endpoints], endpoints: ["${url}"] }`)
    writeFileSync(uptime, '30.00 12.00')
    await server.run(4)
    expect(server.open()).toEqual([expect.stringContaining('uptime of the server')])
    rmSync(uptime)
    await server.run(4)
    expect(server.open()).toEqual([expect.stringContaining('uptime of the server'), expect.stringContaining('uptime could not look')])
    writeFileSync(uptime, '86400.00 12.00')
    await server.run(3)
    expect(server.open()).toEqual([])
    expect(server.issues()).toBe(2)
  })

  test('an incident of the action opens, stays, and closes', async () => {
    let most = 0
    await using server = await rounds('load', () => `{ most: ${most} }`)
    await server.run(3)
    expect(server.open()).toEqual([expect.stringContaining('work that waits for a processor')])
    most = 100_000
    await server.run(1)
    expect(server.open()).toHaveLength(1)
    await server.run(2)
    expect(server.open()).toEqual([])
    expect(server.issues()).toBe(1)
  })
})
