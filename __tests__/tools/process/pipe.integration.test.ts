import { createHash } from 'node:crypto'
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { PipelineOptions, PipelineStage } from '../../../src/contract/process.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'

jest.setTimeout(60_000)

const { pipe } = createPrograms({ environment: process.env })
const limits = { timeoutMs: 30_000, signal: new AbortController().signal }
const stage = (program: string, ...args: readonly string[]): PipelineStage => ({ program, args })
const sh = (script: string): PipelineStage => stage('sh', '-c', script)
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const keep = (stages: readonly PipelineStage[], options: Partial<PipelineOptions> = {}) =>
  pipe(stages, { ...limits, stdout: { keepBytes: 1_000_000 }, ...options })

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-pipe-'))
})
afterAll(() => rm(folder, { recursive: true }))

const chunksOf = async function* (count: number, size: number) {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(size, index % 251)
}

describe('a pipeline', () => {
  test('hands bytes from one program to the next, and gives them unchanged', async () => {
    const bytes = Buffer.from([0xff, 0, 0xfe, 10, 13])
    const ending = await keep([stage('cat'), stage('gzip', '-1'), stage('gzip', '-d')], { stdin: bytes })
    expect(ending).toMatchObject({ ok: true, stages: [{ exitCode: 0 }, { exitCode: 0 }, { exitCode: 0 }] })
    expect(Buffer.from(ending.bytes)).toEqual(bytes)
  })

  test.each<[string, readonly PipelineStage[], object]>([
    ['the first program', [sh('echo half; exit 3'), stage('cat')], { stages: [{ ended: 'exit', exitCode: 3 }, { exitCode: 0 }] }],
    ['one in the middle', [sh('echo a'), sh('cat >/dev/null; exit 4'), stage('cat')], { stages: [{}, { exitCode: 4 }, {}] }],
    ['the last one', [sh('echo a'), sh('cat >/dev/null; exit 5')], { stages: [{ exitCode: 0 }, { exitCode: 5 }] }],
    ['a signal', [sh('echo half; kill -KILL $$'), stage('cat')], { stages: [{ ended: 'signal', signal: 'SIGKILL' }, { exitCode: 0 }] }],
    ['a reader that leaves early', [stage('yes'), stage('head', '-c', '10')], { stages: [{}, { exitCode: 0 }] }],
    [
      'a missing program',
      [stage('yes'), stage('no-such-program')],
      { stages: [{}, { ended: 'not-started', cause: 'no such program: no-such-program' }] },
    ],
  ])('is not ok with %s that ends badly', async (_, stages, expected) => {
    const ending = await keep(stages)
    expect(ending).toMatchObject({ ok: false, ...expected })
  })

  test('a program that ends badly ends one before it that would wait for ever', async () => {
    const ending = await keep([stage('sleep', '1000'), sh('exit 1')], { timeoutMs: 60_000 })
    expect(ending).toMatchObject({ ok: false, stages: [{ ended: 'cancelled' }, { exitCode: 1 }] })
    expect(ending.durationMs).toBeLessThan(20_000)
  })

  test('tells what each said on stderr, its head only', async () => {
    const ending = await keep([sh('echo one >&2; yes | head -c 200000 >&2'), sh('echo two >&2; cat')])
    expect(ending.stages[0]?.stderr).toMatch(/^one\n/)
    expect(ending.stages[0]?.stderr).toHaveLength(64 * 1024)
    expect(ending.stages[1]?.stderr).toBe('two\n')
  })
})

describe('what a pipeline reads and writes', () => {
  test('is a file that is there only when all ended well', async () => {
    const [good, bad] = [join(folder, 'good'), join(folder, 'bad')]
    expect(await pipe([stage('cat')], { ...limits, stdin: 'whole', stdout: { file: good } })).toMatchObject({ ok: true })
    expect(await readFile(good, 'utf8')).toBe('whole')
    expect((await stat(good)).mode & 0o777).toBe(0o600)
    expect(await pipe([sh('echo half; exit 1')], { ...limits, stdout: { file: bad } })).toMatchObject({ ok: false })
    expect(await readdir(folder)).not.toContain('bad')
  })

  test('is never written over a file that is there', async () => {
    const file = join(folder, 'precious')
    await writeFile(file, 'precious')
    expect(await pipe([sh('echo other')], { ...limits, stdout: { file } })).toMatchObject({
      ok: false,
      stages: [],
      trouble: /EEXIST/ as never,
    })
    expect(await readFile(file, 'utf8')).toBe('precious')
  })

  test('is a file to read, and a descriptor to write to', async () => {
    const file = join(folder, 'input')
    await writeFile(file, 'from a file')
    await using output = await open(join(folder, 'output'), 'w')
    expect(
      await pipe([stage('cat'), stage('tr', 'a-z', 'A-Z')], { ...limits, stdin: { file }, stdout: { descriptor: output.fd } }),
    ).toMatchObject({ ok: true })
    expect(await readFile(join(folder, 'output'), 'utf8')).toBe('FROM A FILE')
  })

  test('is checked before: a missing input starts nothing', async () => {
    const ending = await keep([sh(`touch ${folder}/started`)], { stdin: { file: join(folder, 'nowhere') } })
    expect(ending).toMatchObject({ ok: false, stages: [] })
    expect(await readdir(folder)).not.toContain('started')
  })

  test('goes to a full disk, which is a failure', async () => {
    await using full = await open('/dev/full', 'w')
    expect(await pipe([sh('yes | head -c 100000')], { ...limits, stdout: { descriptor: full.fd } })).toMatchObject({ ok: false })
  })

  test('is held up by whoever takes its output, and loses nothing', async () => {
    const [hash, expected] = [createHash('sha256'), createHash('sha256')]
    for await (const chunk of chunksOf(60, 100_000)) expected.update(chunk)
    const each = async (chunk: Uint8Array) => {
      hash.update(chunk)
      await sleep(2)
    }
    const ending = await pipe([stage('cat'), stage('cat')], { ...limits, stdin: chunksOf(60, 100_000), stdout: { each } })
    expect(ending).toMatchObject({ ok: true })
    expect(hash.digest('hex')).toBe(expected.digest('hex'))
  })

  test.each<[string, Partial<PipelineOptions>, string]>([
    [
      'whoever takes its output throws',
      { stdin: chunksOf(50, 100_000), stdout: { each: () => Promise.reject(new Error('taken badly')) } },
      'taken badly',
    ],
    [
      'its output is longer than may be kept',
      { stdin: chunksOf(50, 100_000), stdout: { keepBytes: 10 } },
      'its output is longer than 10 bytes',
    ],
    [
      'its input breaks',
      {
        stdin: (async function* () {
          yield Buffer.from('half')
          throw new Error('the source broke')
        })(),
      },
      'the source broke',
    ],
    ['its input is not read to the end', { stdin: chunksOf(50, 100_000) }, 'not all of the input was read'],
  ])('is not ok when %s', async (name, options, trouble) => {
    const stages = name.includes('not read') ? [stage('true')] : [stage('cat'), stage('cat')]
    expect(await keep(stages, options)).toMatchObject({ ok: false, trouble })
  })
})

describe('the end of a pipeline', () => {
  test('ends all its programs at the deadline', async () => {
    const ending = await keep([stage('sleep', '1000'), stage('cat'), stage('cat')], { timeoutMs: 300 })
    expect(ending).toMatchObject({ ok: false, stages: [{ ended: 'timeout' }, {}, {}] })
  })

  test('ends when somebody else keeps its output open', async () => {
    const ending = await keep([sh('setsid sleep 20 & echo done')], { timeoutMs: 1_500 })
    expect(ending).toMatchObject({ ok: false, stages: [{ ended: 'exit', exitCode: 0 }] })
    expect(ending.durationMs).toBeLessThan(15_000)
  })

  test('runs as another user when root asks for it', async () => {
    const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
    const ending = await keep([{ ...sh('id -u; id -G'), ...(owner === undefined ? {} : { owner }) }])
    expect(text(ending.bytes)).toBe(owner === undefined ? text(ending.bytes) : '65534\n65534\n')
    expect(ending.ok).toBe(true)
  })
})
