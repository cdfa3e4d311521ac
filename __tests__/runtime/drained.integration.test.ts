import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { freshFolders } from '../support/state-folder.ts'

const fresh = freshFolders()
const build = resolve('.build')

/** Far more than the 64 KiB that a pipe of Linux holds. */
const manyEndpoints = JSON.stringify(
  Array.from({ length: 700 }, (_, index) => ({ url: `http://127.0.0.1:1/${'long-'.repeat(18)}${index}`, attempts: 1 })),
)

const environmentOf = (folder: string, inputs: Readonly<Record<string, string>>) => {
  mkdirSync(join(folder, 'temp'))
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    GITHUB_WORKSPACE: folder,
    RUNNER_TEMP: join(folder, 'temp'),
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'schedule',
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  }
}

const hangingServer = async (): Promise<readonly [Server, number]> => {
  const server = createServer(() => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return [server, (server.address() as AddressInfo).port]
}

/** Runs a script whose standard output goes into a pipe of the shell, to this reader; gives how it ended. */
const intoPipe = async (script: string, reader: string, environment: NodeJS.ProcessEnv) => {
  const startedAt = performance.now()
  const child = spawn('bash', ['-c', `"$0" "$1" | (${reader}); exit \${PIPESTATUS[0]}`, process.execPath, script], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [exitCode] = await once(child, 'close')
  return { exitCode, durationMs: performance.now() - startedAt }
}

const shapeOf = (log: string) => {
  const lines = log.split('\n')
  const tokens = lines.flatMap((line) => /^::stop-commands::(.+)$/.exec(line)?.[1] ?? [])
  return {
    lines: lines.length,
    errors: lines.filter((line) => line.startsWith('::error')).length,
    unclosed: tokens.filter((token) => !lines.includes(`::${token}::`)),
    last: lines.at(-2)?.replace(/[\d.]+ m?s/, ''),
  }
}

describe('a log that is read slowly', () => {
  const health = join(build, 'health-check.js')
  const inputs = { checks: 'endpoints', endpoints: manyEndpoints }

  test('is as long as one that is read at once, and the verdict is its last line', async () => {
    const [quick, slow] = [fresh(), fresh()]
    const first = await intoPipe(health, `cat > ${join(quick, 'log')}`, environmentOf(quick, inputs))
    const second = await intoPipe(health, `sleep 3; cat > ${join(slow, 'log')}`, environmentOf(slow, inputs))
    const [expected, found] = [quick, slow].map((folder) => readFileSync(join(folder, 'log'), 'utf8'))
    expect((expected ?? '').length).toBeGreaterThan(128 * 1024)
    expect(shapeOf(found ?? '')).toEqual(shapeOf(expected ?? ''))
    expect(shapeOf(found ?? '')).toMatchObject({ errors: 10, unclosed: [], last: expect.stringContaining('critical') })
    expect([first.exitCode, second.exitCode]).toEqual([1, 1])
  })

  test('is waited for no longer when its reader has gone', async () => {
    const folder = fresh()
    const ended = await intoPipe(health, 'head -c 1000 > /dev/null; sleep 2', environmentOf(folder, inputs))
    expect(ended.exitCode).toBe(1)
    expect(ended.durationMs).toBeLessThan(10_000)
  })

  test('is whole after many mistakes of a person', async () => {
    const folder = fresh()
    const config = join(folder, 'ronde.yml')
    writeFileSync(config, Array.from({ length: 1_500 }, (_, index) => `${'unknown-'.repeat(8)}${index}: 1\n`).join(''))
    const ended = await intoPipe(health, `sleep 3; cat > ${join(folder, 'log')}`, environmentOf(folder, { config }))
    const log = readFileSync(join(folder, 'log'), 'utf8')
    expect(ended.exitCode).toBe(1)
    expect(log.length).toBeGreaterThan(128 * 1024)
    expect(log).toMatch(/\n::error title=ronde,file=ronde\.yml,line=10,col=1::.*\n$/)
  })

  test('is whole after a cancel, as the runner sends it', async () => {
    const folder = fresh()
    const log = join(folder, 'log')
    const [hanging, port] = await hangingServer()
    const endpoints = JSON.stringify([...JSON.parse(manyEndpoints), { url: `http://127.0.0.1:${port}/`, timeout: '20s', attempts: 1 }])
    const command = `"$0" "$1" > >(sleep 4; cat > ${log}) & pid=$!; sleep 2; kill -INT $pid; wait $pid; code=$?; sleep 1; exit $code`
    const child = spawn('bash', ['-c', command, process.execPath, health], {
      env: environmentOf(folder, { ...inputs, endpoints, timeout: '30s' }),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const startedAt = performance.now()
    const [exitCode] = await once(child, 'close')
    hanging.close()
    expect([exitCode, performance.now() - startedAt < 10_000]).toEqual([1, true])
    expect(shapeOf(readFileSync(log, 'utf8'))).toMatchObject({ unclosed: [], last: expect.stringContaining('ronde health-check') })
  })
})

describe('waiting for a reader', () => {
  /** Prints 400 kB, waits for its reader with little patience, and ends with 3. */
  const program = (folder: string, quietMs: number): string => {
    const path = join(folder, 'prints.mjs')
    writeFileSync(
      path,
      `import { drained } from ${JSON.stringify(resolve('src/runtime/drained.ts'))}
process.stdout.on('error', () => {})
for (let at = 0; at < 4; at += 1) process.stdout.write('x'.repeat(100_000))
await drained(process.stdout, ${quietMs})
process.exit(3)`,
    )
    return path
  }
  const plain = { PATH: process.env['PATH'] ?? '' }

  test('ends when nothing was taken for that long', async () => {
    const ended = await intoPipe(program(fresh(), 1_000), 'sleep 6', plain)
    expect(ended.exitCode).toBe(3)
    expect(ended.durationMs).toBeGreaterThan(5_900)
    const taken = await intoPipe(program(fresh(), 1_000), 'sleep 3; wc -c > /dev/null', plain)
    expect(taken.durationMs).toBeLessThan(5_000)
  })

  test('goes on as long as some of it is taken, however long it takes in all', async () => {
    const folder = fresh()
    const reader = `for i in 1 2 3 4 5 6 7 8 9; do head -c 40000; sleep 0.5; done > ${join(folder, 'log')}; cat >> ${join(folder, 'log')}`
    const ended = await intoPipe(program(folder, 1_500), reader, plain)
    expect(ended.exitCode).toBe(3)
    expect(readFileSync(join(folder, 'log')).length).toBe(400_000)
  })
})
