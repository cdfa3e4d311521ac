import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export type Ended = {
  readonly code: number | null
  readonly signal: string | null
  readonly lines: readonly string[]
  readonly stderr: string
}

const whole = async (child: ChildProcess): Promise<Ended> => {
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, lines: stdout.split('\n').slice(0, -1), stderr }
}

/** Starts a program of `support/children` with the Node of this test; `ended` gives how it ended and its whole lines. */
export const startChild = (name: string, args: readonly string[]) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children', name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const firstLine = once(child.stdout, 'data')
  return { kill: () => child.kill('SIGKILL'), firstLine, ended: whole(child) }
}
