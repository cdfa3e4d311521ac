import { expect, jest, test } from '@jest/globals'
import { createPrograms } from '../../../src/tools/process/programs.ts'

jest.setTimeout(60_000)

const { start } = createPrograms({ environment: process.env })
const limits = { timeoutMs: 30_000, signal: new AbortController().signal }

const lineOf = async (output: AsyncIterable<Uint8Array>): Promise<string> => {
  for await (const chunk of output) return Buffer.from(chunk).toString()
  return 'nothing'
}

test('a long-lived child takes input piece by piece, and its output comes as it is written', async () => {
  const child = await start({ program: 'cat', args: [] }, limits)
  await child.write('one\n')
  const output = child.output[Symbol.asyncIterator]()
  expect(Buffer.from((await output.next()).value as Uint8Array).toString()).toBe('one\n')
  await child.write('two\n')
  expect(Buffer.from((await output.next()).value as Uint8Array).toString()).toBe('two\n')
  child.end()
  expect(await child.ended).toMatchObject({ ended: 'exit', exitCode: 0 })
})

test('what it wrote before it ended is still there', async () => {
  const child = await start({ program: 'sh', args: ['-c', 'echo last words; echo why >&2; exit 3'] }, limits)
  expect(await child.ended).toMatchObject({ ended: 'exit', exitCode: 3, stderr: 'why\n' })
  expect(await lineOf(child.output)).toBe('last words\n')
})

test('a child is stopped with its group', async () => {
  const child = await start({ program: 'sh', args: ['-c', 'trap "" TERM; sleep 1000 & echo $!; wait; wait'] }, limits)
  const pid = Number(await lineOf(child.output))
  await child.stop()
  expect(await child.ended).toMatchObject({ ended: 'cancelled' })
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      process.kill(pid, 0)
    } catch {
      return // ESRCH: it has gone.
    }
    await new Promise((later) => setTimeout(later, 20))
  }
  throw new Error('the child of the child still runs')
})

test('a child ends with the run', async () => {
  const run = new AbortController()
  const child = await start({ program: 'sleep', args: ['1000'] }, { ...limits, signal: run.signal })
  run.abort()
  expect(await child.ended).toMatchObject({ ended: 'cancelled' })
})

test('a write to a child that has gone neither throws nor hangs', async () => {
  const child = await start({ program: 'true', args: [] }, limits)
  expect(await child.ended).toMatchObject({ ended: 'exit' })
  expect(await child.write('x'.repeat(1_000_000))).toBeUndefined()
})

test('a missing program is told as its ending', async () => {
  const child = await start({ program: 'no-such-program', args: [] }, limits)
  expect(await child.ended).toMatchObject({ ended: 'not-started', cause: 'no such program: no-such-program' })
  expect(await lineOf(child.output)).toBe('nothing')
})
