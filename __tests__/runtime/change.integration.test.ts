import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Report } from '../../src/core/report.ts'
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
