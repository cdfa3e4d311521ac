import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunOptions, runAction } from './runner.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-actions-'))
})
afterAll(() => rm(folder, { recursive: true }))

const inputsYaml =
  'inputs: { token: { default: "${{ github.token }}" }, max-latency: {}, branch: { default: "${{ github.event.repository.default_branch }}" } }'

/** An action of two scripts in a folder of its own. */
const action = async (main: string, post?: string): Promise<string> => {
  const home = await mkdtemp(join(folder, 'action-'))
  await mkdir(join(home, 'dist'))
  await writeFile(join(home, 'dist/main.mjs'), main)
  if (post !== undefined) await writeFile(join(home, 'dist/post.mjs'), post)
  const runs = `runs: { using: node24, main: dist/main.mjs${post === undefined ? '' : ', post: dist/post.mjs'} }`
  await writeFile(join(home, 'action.yml'), `name: x\n${inputsYaml}\n${runs}\n`)
  return join(home, 'action.yml')
}
const run = async (main: string, options: Partial<RunOptions> = {}, post?: string) => {
  await using result = await runAction({ actionFile: await action(main, post), ...options })
  return result
}
const append = (name: string, text: string) => `import fs from 'node:fs'; fs.appendFileSync(process.env.${name}, ${text});`

describe('a run', () => {
  test('sees inputs, defaults and a self-hosted environment, and nothing of ours', async () => {
    process.env['RONDE_LEAK'] = 'x'
    const result = await run('console.log(JSON.stringify(process.env))', { inputs: { 'max-latency': '200 ms' }, github: { token: 't' } })
    delete process.env['RONDE_LEAK']
    const seen = JSON.parse(result.stdout)
    expect(seen).toMatchObject({
      INPUT_TOKEN: 't',
      'INPUT_MAX-LATENCY': '200 ms',
      INPUT_BRANCH: 'main',
      RUNNER_ENVIRONMENT: 'self-hosted',
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      GITHUB_REF_NAME: 'main',
    })
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['RONDE_LEAK']))
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['GITHUB_TOKEN']))
    expect(result).toMatchObject({ conclusion: 'success', exitCode: 0, signal: null, orphans: [] })
  })

  test('reads the event from its file', async () => {
    const main = `import fs from 'node:fs'; console.log(JSON.parse(fs.readFileSync(process.env.GITHUB_EVENT_PATH)).number)`
    expect((await run(main, { github: { event_name: 'pull_request', event: { number: 7 } } })).stdout).toBe('7\n')
  })

  test('warns about an input that nobody declared and passes it', async () => {
    const result = await run('console.log(process.env.INPUT_CHEKS)', { inputs: { cheks: 'tls' } })
    expect(result.stdout).toBe('tls\n')
    expect(result.annotations[0]?.message).toContain("Unexpected input(s) 'cheks', valid inputs are ['token', 'max-latency', 'branch']")
  })

  test('gives back outputs, summary and log with the token masked, and names the outputs that a job would lose', async () => {
    const result = await run(
      `import fs from 'node:fs'
       console.log('token', process.env.INPUT_TOKEN)
       fs.appendFileSync(process.env.GITHUB_OUTPUT, 'status=ok\\nleak<<E\\nx ' + process.env.INPUT_TOKEN + '\\nE\\n')
       fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# ok ' + process.env.INPUT_TOKEN)`,
      { github: { token: 'ghs_quiz' } },
    )
    expect(result).toMatchObject({
      log: 'token ***',
      summary: '# ok ***',
      outputs: { status: 'ok', leak: 'x ghs_quiz' },
      withheld: ['leak'],
    })
  })

  test('stdout and stderr obey the same stop-commands', async () => {
    const main = `console.log('::stop-commands::tok'); setTimeout(() => { console.error('::add-mask::x'); setTimeout(() => console.log('::tok::'), 60) }, 60)`
    expect((await run(main)).commands.map((one) => one.name)).toEqual(['stop-commands'])
  })
})

describe('the step fails', () => {
  test.each([
    ['when it exits with another code', 'process.exitCode = 3', ''],
    ['when a command file is wrong', append('GITHUB_OUTPUT', `'a<<E\\nb\\n'`), "Matching delimiter not found 'E'"],
    ['when a command is disabled', `console.log('::set-env name=a::b')`, 'is disabled'],
  ])('%s', async (_, main, message) => {
    const result = await run(main)
    expect(result.conclusion).toBe('failure')
    expect(result.annotations.map((one) => one.message).join()).toContain(message)
  })

  test('but a summary over 1 MiB only vanishes, with an error', async () => {
    const result = await run(append('GITHUB_STEP_SUMMARY', `'x'.repeat(1024 * 1024 + 1)`))
    expect(result).toMatchObject({ conclusion: 'success', summary: '', annotations: [{ level: 'error' }] })
  })
})

describe('post', () => {
  const main = `${append('GITHUB_STATE', `'journal=/x\\n'`)} fs.appendFileSync(process.env.GITHUB_ENV, 'A=1\\n'); process.exitCode = 1`

  test('runs after a failure too, with the state and environment that main left', async () => {
    const result = await run(main, {}, `console.log(process.env.STATE_journal, process.env.A)`)
    expect(result).toMatchObject({ conclusion: 'failure', state: { journal: '/x' }, post: { conclusion: 'success', stdout: '/x 1\n' } })
  })

  test('is not there when the action has none', async () => expect((await run('')).post).toBeUndefined())
})

describe('cancelling', () => {
  test('sends SIGINT to the entry process only, then runs post, and what is left is killed at the end of the job', async () => {
    const main = `import { spawn } from 'node:child_process'
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
      process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 1000); console.log('ready')`
    const result = await run(main, { cancel: { afterOutput: 'ready' } }, `console.log('swept')`)
    expect(result).toMatchObject({ conclusion: 'cancelled', exitCode: 130, post: { stdout: 'swept\n' } })
    expect(result.orphans).toEqual([expect.stringContaining('setInterval')])
  })

  test.each([
    ['SIGTERM when SIGINT is ignored', `process.on('SIGINT', () => console.log('no'))`, 'SIGTERM'],
    ['SIGKILL when both are ignored', `process.on('SIGINT', () => 0); process.on('SIGTERM', () => console.log('no'))`, 'SIGKILL'],
  ])('goes on to %s', async (_, ignore, signal) => {
    const cancel = { afterOutput: 'ready', interruptMs: 80, terminateMs: 80 }
    const result = await run(`${ignore}; setInterval(() => {}, 1000); console.log('ready')`, { cancel })
    expect(result).toMatchObject({ conclusion: 'cancelled', signal, stdout: 'ready\nno\n' })
  })

  test('a kill from outside is a failure, not a cancellation', async () => {
    const result = await run(`setInterval(() => {}, 1000); console.log('ready')`, { signal: { afterOutput: 'ready', name: 'SIGKILL' } })
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: null, signal: 'SIGKILL' })
  })

  test('an action that never ends is an error of the test, with what it printed', async () => {
    await expect(run(`setInterval(() => {}, 1000); console.log('busy')`, { timeoutMs: 300 })).rejects.toThrow(/300 ms.*busy/s)
  })
})

test('the folders of a run are there until it is disposed of', async () => {
  const result = await runAction({ actionFile: await action(append('RUNNER_TEMP + "/report.json"', `'{}'`)) })
  const report = join(result.runnerTemp, 'report.json')
  expect(await readFile(report, 'utf8')).toBe('{}')
  await result.remove()
  await expect(readFile(report)).rejects.toThrow('ENOENT')
})
