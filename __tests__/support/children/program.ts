import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A small program that ends in the way its first argument names: the subject of the tests of `tools/process/`. */
const [way, argument = ''] = process.argv.slice(2)

const stayAlive = () => setInterval(() => {}, 1_000)

/** Tells the grandchild's process number; it holds our output open. */
const startGrandchild = async () => {
  const grandchild = spawn(process.execPath, [import.meta.filename, 'stay'], { stdio: 'inherit' })
  await once(grandchild, 'spawn')
  await new Promise((written) => process.stdout.write(`${grandchild.pid}\n`, written))
}

const ways: Record<string, () => unknown> = {
  exit: () => process.exit(Number(argument)),
  signal: () => process.kill(process.pid, argument),
  speak: () => {
    process.stdout.write('to stdout\n')
    process.stderr.write('to stderr\n')
  },
  stay: stayAlive,
  'leave-grandchild': async () => {
    await startGrandchild()
    process.exit(0)
  },
  'wait-for-grandchild': startGrandchild,
  megabytes: () => {
    const block = Buffer.alloc(1024 * 1024, 'x')
    for (let count = 0; count < Number(argument); count += 1) process.stdout.write(block)
  },
  binary: () => process.stdout.write(Buffer.from([0xff, 0x00, 0xfe, 0x41, 0x0a])),
  euros: () => process.stdout.write('€'.repeat(Number(argument))),
  echo: () => process.stdin.pipe(process.stdout),
  show: () => console.log(JSON.stringify({ environment: process.env, arguments: process.argv.slice(2), directory: process.cwd() })),
}
await ways[way ?? '']?.()
