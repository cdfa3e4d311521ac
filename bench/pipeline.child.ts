/** 4 GiB through a pipeline of three programs, to a descriptor or into a taker of ours; prints its own peak memory in MB. */
import { open } from 'node:fs/promises'
import type { PipelineOutput } from '../src/contract/process.ts'
import { createPrograms } from '../src/tools/process/programs.ts'

const length = 4 * 1024 ** 3
let taken = 0
const each = (chunk: Uint8Array) => {
  taken += chunk.length
}
const nowhere = await open('/dev/null', 'w')
const outputs: Readonly<Record<string, PipelineOutput>> = { descriptor: { descriptor: nowhere.fd }, each: { each } }
const stdout = outputs[process.argv[2] ?? '']
if (stdout === undefined) throw new Error('say where it goes: descriptor or each')
const { pipe } = createPrograms({ environment: process.env })
const stages = [
  { program: 'head', args: ['-c', String(length), '/dev/zero'] },
  { program: 'cat', args: [] },
  { program: 'cat', args: [] },
]
const ending = await pipe(stages, { timeoutMs: 120_000, signal: new AbortController().signal, stdout })
if (!ending.ok || (process.argv[2] === 'each' && taken !== length)) throw new Error(`it ended badly: ${JSON.stringify(ending)}`)
console.log((process.resourceUsage().maxRSS / 1024).toFixed(1))
