import { existsSync } from 'node:fs'
import { createPrograms } from '../../../src/tools/process/programs.ts'

/** Starts `sh -c SCRIPT`, which stays, and leaves without waiting for it as soon as FILE is there. */
const [script = '', file = ''] = process.argv.slice(2)
const run = createPrograms({ environment: process.env }).run
void run('sh', ['-c', script], { timeoutMs: 60_000, signal: new AbortController().signal })
setInterval(() => existsSync(file) && process.exit(0), 10)
