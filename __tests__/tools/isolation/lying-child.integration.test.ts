import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { createTransportElsewhere } from '../../../src/github/elsewhere.ts'
import type { Exchange } from '../../../src/github/exchange.ts'
import { createIsolation } from '../../../src/tools/isolation/isolation.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'
import { temporaryFolder } from '../../support/ronde.ts'

/** What a server made of the process that speaks with it: it says this to every question, as JavaScript. */
const saying = async (words: string) => {
  const folder = await temporaryFolder()
  const script = join(folder.path, 'child.cjs')
  await writeFile(script, `process.on('message', (m) => { if (m.ask) process.send(${words}) }); process.send([{ ready: true }])\n`)
  const stop = new AbortController()
  const { run } = createPrograms({ environment: process.env })
  const program = { nodePath: process.execPath, flags: [], script, environment: {} }
  const isolation = createIsolation({ program, run, signal: stop.signal, once: true })
  const transport = createTransportElsewhere({ environment: {}, signal: stop.signal, openIsolation: () => isolation })
  const asked: Exchange = {
    method: 'GET',
    url: new URL('http://127.0.0.1:1/'),
    headers: {},
    timeoutMs: 4_000,
    maxBytes: 100,
    signal: stop.signal,
  }
  return {
    exchange: () => transport.exchange(asked),
    [Symbol.asyncDispose]: async () => {
      transport.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test.each([
  ['1', 'what it said was no answer ended the process that spoke with it'],
  ['null', 'what it said was no answer ended the process that spoke with it'],
  ['[null]', 'what it said was no answer ended the process that spoke with it'],
  ['{ answered: m.ask, value: 1 }', 'what it said was no answer ended the process that spoke with it'],
  ['[{ answered: m.ask, value: null }]', 'what the process that spoke with it said was no answer'],
  ['[{ answered: m.ask, value: { answered: false } }]', 'what the process that spoke with it said was no answer'],
  [
    "[{ answered: m.ask, value: { answered: true, status: 200, headers: null, text: '' } }]",
    'what the process that spoke with it said was no answer',
  ],
  [
    "[{ answered: m.ask, value: { answered: true, status: 200, headers: {}, text: 'x'.repeat(101) } }]",
    'what the process that spoke with it said was no answer',
  ],
])('a process that says %s gave no answer, and ends nothing', async (words, cause) => {
  await using child = await saying(words)
  expect(await child.exchange()).toEqual({ answered: false, cause })
})

test('one that says what was asked for is believed', async () => {
  await using child = await saying("[{ answered: m.ask, value: { answered: true, status: 200, headers: {}, text: '[]' } }]")
  expect(await child.exchange()).toEqual({ answered: true, status: 200, headers: {}, text: '[]' })
})
