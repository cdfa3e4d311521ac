import { createPrograms } from '../../../src/tools/process/programs.ts'

/** Starts a program in each of the three ways, tells its own number, and waits to be killed. */
const { run, pipe, start } = createPrograms({ environment: process.env })
const limits = { timeoutMs: 60_000, signal: new AbortController().signal }
const sleeper = (seconds: string) => ({ program: 'sleep', args: [seconds] })
const marks = process.argv.slice(2)
const works = [
  run('sleep', [marks[0] ?? ''], limits),
  pipe([sleeper(marks[1] ?? ''), { program: 'cat', args: [] }], { ...limits, stdout: { keepBytes: 10 } }),
  start(sleeper(marks[2] ?? ''), limits).then((one) => one.ended),
]
await Promise.race(works)
