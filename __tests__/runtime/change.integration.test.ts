import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Report } from '../../src/contract/report.ts'
import { writeChangeAction } from '../support/change-action.ts'
import { temporaryFolder } from '../support/ronde.ts'
import { type RunOptions, runAction } from '../support/runner.ts'

/** One server with its state, its file and the action that changes it. */
const setting = async () => {
  const folder = await temporaryFolder()
  const target = join(folder.path, 'target')
  const [actionFile, withoutPost] = [writeChangeAction(folder.path), writeChangeAction(folder.path, { post: false })]
  const run = async (inputs: Readonly<Record<string, string>>, more: Partial<RunOptions> = {}) => {
    const ran = await runAction({
      actionFile,
      inputs: { target, ...inputs },
      environment: { XDG_STATE_HOME: join(folder.path, 'state') },
      ...more,
    })
    const path = ran.outputs['report']
    const report = path === undefined ? undefined : (JSON.parse(readFileSync(path, 'utf8')) as Report)
    await ran.remove()
    return { ...ran, report, lines: readFileSync(target, 'utf8').trim().split('\n') }
  }
  return { run, withoutPost, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

describe('an action that changes something', () => {
  test('ends well, and its post step has nothing to do', async () => {
    await using server = await setting()
    const ran = await server.run({})
    expect(ran.report).toMatchObject({ status: 'ok', scope: ['change'] })
    expect(ran.lines).toEqual(['changed'])
    expect(ran.post?.exitCode).toBe(0)
    expect(ran.log).toContain('changed the file')
  })

  test('that throws is critical, tells the whole cause, and its post step recovers it', async () => {
    await using server = await setting()
    const ran = await server.run({ ending: 'throw' })
    expect(ran.exitCode).toBe(1)
    expect(ran.report?.findings[0]).toMatchObject({ id: 'test-change.failed', status: 'critical' })
    expect(ran.report?.findings[0]?.observed).toContain('the cause below')
    expect(ran.lines).toEqual(['changed', 'recovered'])
  })

  test('that throws past every promise ends the run as a bug does: redacted, inert, and recovered', async () => {
    await using server = await setting()
    const environment = { TEST_SECRET: 'correct-horse-battery' }
    const ran = await server.run({ ending: 'stray' }, { environment })
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('this is a mistake of Ronde')
    expect(ran.stdout + ran.stderr).not.toMatch(/(?<!add-mask::)correct-horse/)
    expect(ran.log).not.toContain('correct-horse')
    expect(ran.log).not.toMatch(/^::set-output/m)
    expect(ran.lines).toEqual(['changed', 'recovered'])
  })

  test('that fails at its work fails the step even with fail-on never', async () => {
    await using server = await setting()
    const ran = await server.run({ ending: 'throw', 'fail-on': 'never' })
    expect(ran.exitCode).toBe(1)
  })

  test('is told of a dry run', async () => {
    await using server = await setting()
    const ran = await server.run({ 'dry-run': 'true' })
    expect(ran.lines).toEqual([''])
    expect(ran.log).toContain('would change the file')
  })

  test('that is cancelled in the middle is recovered by the post step, once', async () => {
    await using server = await setting()
    const ran = await server.run({ ending: 'hang' }, { cancel: { afterOutput: 'changed the file', interruptMs: 500, terminateMs: 500 } })
    expect(ran.conclusion).toBe('cancelled')
    expect(ran.lines).toEqual(['changed', 'recovered'])
    expect((await server.run({})).lines).toEqual(['changed', 'recovered', 'changed'])
  })

  test('that is killed without a post step is recovered by its next run, before that does anything', async () => {
    await using server = await setting()
    const killed = await server.run(
      { ending: 'hang' },
      { signal: { afterOutput: 'changed the file', name: 'SIGKILL' }, actionFile: server.withoutPost },
    )
    expect(killed.signal).toBe('SIGKILL')
    expect(killed.lines).toEqual(['changed'])
    expect((await server.run({})).lines).toEqual(['changed', 'recovered', 'changed'])
  })

  test('does not begin while another one works on the same project, and says who does', async () => {
    await using server = await setting()
    const first = server.run({ ending: 'hang' }, { cancel: { afterMs: 6_000, interruptMs: 500, terminateMs: 500 } })
    await delay(2_500)
    const second = await server.run({})
    expect(second.report?.findings[0]).toMatchObject({ id: 'test-change.failed', status: 'critical' })
    expect(second.report?.findings[0]?.observed).toContain('test-change (process ')
    expect(second.exitCode).toBe(1)
    expect((await first).lines).toEqual(['changed', 'recovered'])
    expect((await server.run({})).report?.status).toBe('ok')
  }, 60_000)

  test('may invoke another action and gets its report', async () => {
    await using server = await setting()
    const ran = await server.run({ ending: 'invoke' })
    expect(ran.report?.facts).toEqual({ invoked: 'unknown' })
  })
})

describe('an action that only a person may start', () => {
  const repository = { default_branch: 'main' }
  const person = { event_name: 'workflow_dispatch', event: { repository, sender: { login: 'ana', type: 'User' } }, actor: 'ana' }
  const bot = 'github-actions[bot]'
  const refused: readonly { what: string; github: object; environment?: Record<string, string>; says: string }[] = [
    { what: 'a schedule', github: {}, says: 'it runs only on workflow_dispatch, not on schedule' },
    { what: 'a push', github: { ...person, event_name: 'push' }, says: 'not on push' },
    { what: 'a bot', github: { ...person, event: { repository, sender: { type: 'Bot' } } }, says: 'and a Bot did' },
    { what: 'the token of a job', github: { ...person, actor: bot }, says: `and ${bot} did` },
    { what: 'one that runs it again', github: person, environment: { GITHUB_TRIGGERING_ACTOR: bot }, says: `and ${bot} did` },
    { what: 'nobody that is known', github: { ...person, event: { repository } }, says: 'and nobody knows who did' },
  ]

  test('is refused to everybody else before anything is done, is shown to all, and is run for a person', async () => {
    await using server = await setting()
    expect((await server.run({ lasting: 'true', 'dry-run': 'true' })).lines).toEqual([''])
    for (const { github, environment = {}, says } of refused) {
      const ran = await server.run({ lasting: 'true' }, { github, environment: { XDG_STATE_HOME: '/nonexistent', ...environment } })
      expect(ran.exitCode).toBe(1)
      expect(ran.log).toContain('test-change did not run: ')
      expect(ran.log).toContain(says)
      expect(ran.lines).toEqual([''])
    }
    expect((await server.run({}, { github: {} })).lines).toEqual(['changed'])
    expect((await server.run({ lasting: 'true' }, { github: person })).lines).toEqual(['changed', 'changed'])
  }, 60_000)

  test('is recovered whoever starts the run that finds what it left', async () => {
    await using server = await setting()
    await server.run(
      { lasting: 'true', ending: 'hang' },
      { github: person, signal: { afterOutput: 'changed the file', name: 'SIGKILL' }, actionFile: server.withoutPost },
    )
    const ran = await server.run({ lasting: 'true' })
    expect(ran.exitCode).toBe(1)
    expect(ran.lines).toEqual(['changed', 'recovered'])
  }, 60_000)
})
