import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { backupFiles } from '../../../src/domain/backup/layout.ts'
import { directoryTarget } from '../../../src/tools/off-site/directory.ts'
import { rcloneTarget, s3Remote } from '../../../src/tools/off-site/rclone.ts'
import { sendBackup } from '../../../src/tools/off-site/send.ts'
import type { OffSiteTarget } from '../../../src/tools/off-site/target.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'
import { type S3Gateway, startS3Gateway } from '../../support/s3-gateway.ts'

jest.setTimeout(120_000)

const execute = promisify(execFile)
const programs = createPrograms({ environment: process.env })
const { signal } = new AbortController()
const limits = { timeoutMs: 60_000, signal }
const source = 'quiz-prod--quiz--database'
const now = Date.UTC(2026, 10, 30, 17, 0)

let folder = ''
let gateway: S3Gateway
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-off-site-'))
  gateway = await startS3Gateway({ versioning: true })
  await rclone('mkdir', 'ronde:safe')
  await rclone('mkdir', 'ronde:plain')
  await rclone('backend', 'versioning', 'ronde:safe', 'Enabled')
})
afterEach(() => gateway.heal())
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const place = (given: Partial<Parameters<typeof s3Remote>[0]> = {}) => s3Remote({ bucket: 'safe', ...gateway, ...given })
const s3 = (given: Parameters<typeof place>[0] = {}): OffSiteTarget => rcloneTarget(place(given), programs, limits)
/** Never waited for synchronously: the relay in front of the gateway is in this process. */
const rclone = async (...args: readonly string[]): Promise<string> => {
  const environment = { PATH: process.env['PATH'], HOME: folder, ...place().environment, RCLONE_CONFIG_RONDE_NO_CHECK_BUCKET: 'false' }
  return (await execute('rclone', ['--config=/dev/null', '--quiet', ...args], { env: environment, timeout: 30_000 })).stdout
}

let made = 0
/** A backup whose upload takes several parts or one. */
const backup = async (bytes = 100_000) => {
  made += 1
  const id = `20261130T16${String(made).padStart(2, '0')}00Z-0123456789abcdef`
  const path = join(folder, source, id)
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'database.dump.age'), randomBytes(bytes))
  for (const name of [backupFiles.manifest, backupFiles.manifestSignature, backupFiles.proof, backupFiles.proofSignature])
    await writeFile(join(path, name), `${name} of ${id}`)
  return { source, id, folder: path, artifacts: ['database.dump.age'] }
}
const setting = (known: readonly string[] = []) => ({ signal, now, known: new Set(known) })
const files = ['database.dump.age', 'manifest.json', 'manifest.sig', 'verify.json', 'verify.sig']
const there = async (id: string): Promise<string[]> =>
  (await rclone('lsf', '--recursive', `ronde:safe/${source}/${id}`))
    .split('\n')
    .filter((one) => one !== '')
    .toSorted()

describe('a backup that is sent to a bucket', () => {
  test('is there, artifacts first and the manifest last, and was read back', async () => {
    const sent = await backup()
    const before = gateway.requests().length
    expect(await sendBackup(s3(), sent, setting([sent.id]))).toBeUndefined()
    expect(await there(sent.id)).toEqual(files)
    const puts = gateway
      .requests()
      .slice(before)
      .filter((one) => one.startsWith('PUT'))
    expect(puts[0]).toContain('database.dump.age')
    expect(puts.at(-1)).toContain('manifest.json')
    for (const name of files) expect(gateway.requests().slice(before)).toContain(`GET /safe/${source}/${sent.id}/${name}`)
    expect(await rclone('cat', `ronde:safe/${source}/${sent.id}/manifest.json`)).toBe(`manifest.json of ${sent.id}`)
  })

  test('in many parts, is the same', async () => {
    const sent = await backup(220 * 1024 * 1024)
    expect(await sendBackup(s3(), sent, setting())).toBeUndefined()
    expect(await there(sent.id)).toEqual(files)
  })

  test('comes through where the store does not know checksum headers, and after a while of 503', async () => {
    const sent = await backup()
    gateway.fail(({ headers }, count) =>
      Object.keys(headers).some((name) => name.startsWith('x-amz-checksum') || name === 'x-amz-sdk-checksum-algorithm')
        ? { kind: 'status', status: 501 }
        : count % 3 === 1
          ? { kind: 'status', status: 503 }
          : { kind: 'pass' },
    )
    expect(await sendBackup(s3(), sent, setting())).toBeUndefined()
    expect(await there(sent.id)).toEqual(files)
  })

  test.each<[string, Parameters<S3Gateway['fail']>[0], RegExp]>([
    ['503 all the time', () => ({ kind: 'status', status: 503 }), /503/],
    ['500 to uploads', ({ method }) => (method === 'PUT' ? { kind: 'status', status: 500 } : { kind: 'pass' }), /500/],
    [
      'uploads that are cut',
      ({ method }) => (method === 'PUT' ? { kind: 'cut-upload', bytes: 20_000 } : { kind: 'pass' }),
      /rclone ended with/,
    ],
    [
      'reading that turns a byte',
      ({ method, url }) => (method === 'GET' && url?.includes('.dump') ? { kind: 'turn-download' } : { kind: 'pass' }),
      /is not what was sent/,
    ],
    [
      'reading that is cut',
      ({ method, url }) => (method === 'GET' && url?.includes('.dump') ? { kind: 'cut-download' } : { kind: 'pass' }),
      /is not what was sent|cannot be read back/,
    ],
  ])('%s: it fails, and nothing there looks complete', async (_, rule, why) => {
    const sent = await backup()
    gateway.fail(rule)
    const trouble = await sendBackup(s3(), sent, setting())
    gateway.heal()
    expect(trouble?.cause).toMatch(why)
    expect(await there(sent.id)).not.toContain('manifest.json')
    // The next one takes it away.
    const next = await backup()
    expect(await sendBackup(s3(), next, setting([sent.id, next.id]))).toBeUndefined()
    expect(await there(sent.id)).toEqual([])
    expect(await there(next.id)).toEqual(files)
  })

  test('takes nothing away of what is complete, of a stranger at work, and of what is no backup', async () => {
    const old = await backup()
    expect(await sendBackup(s3(), old, setting())).toBeUndefined()
    const stranger = '20261130T160000Z-ffffffffffffffff'
    for (const path of [`${stranger}/database.dump`, 'notes/readme.txt']) {
      await writeFile(join(folder, 'stray'), 'x')
      await rclone('copyto', join(folder, 'stray'), `ronde:safe/${source}/${path}`)
    }
    expect(await sendBackup(s3(), await backup(), setting([old.id]))).toBeUndefined()
    expect(await Promise.all([there(old.id), there(stranger), there('notes')])).toEqual([files, ['database.dump'], ['readme.txt']])
    expect(await sendBackup(s3(), await backup(), { ...setting(), now: now + 2 * 86_400_000 })).toBeUndefined()
    expect(await Promise.all([there(old.id), there(stranger), there('notes')])).toEqual([files, [], ['readme.txt']])
  })
})

describe('a bucket that cannot be used', () => {
  test.each<[string, Partial<Parameters<typeof s3Remote>[0]>, RegExp, RegExp]>([
    ['a wrong secret key', { secretKey: 'another-secret-key' }, /SignatureDoesNotMatch|403|Forbidden/, /keys of s3:safe/],
    ['an access key that nobody has', { accessKey: 'NOBODY' }, /InvalidAccessKeyId|UserNotFound|403|Forbidden/, /keys of s3:safe/],
    ['no such bucket', { bucket: 'missing' }, /NoSuchBucket|404|not found/, /s3:missing/],
    ['nothing that listens', { endpoint: 'http://127.0.0.1:1' }, /refused/, /answers/],
  ])('%s: says so and what to do, never a key', async (_, given, cause, advice) => {
    const trouble = await sendBackup(s3(given), await backup(1_000), setting())
    expect(trouble?.cause).toMatch(cause)
    expect(trouble?.advice).toMatch(advice)
    expect(JSON.stringify(trouble)).not.toContain(given.secretKey ?? gateway.secretKey)
  })

  test('whether it has versions is known', async () => {
    expect(await s3().protection()).toBe('versioned')
    expect(await s3({ bucket: 'plain' }).protection()).toBe('none')
  })
})

describe('a folder', () => {
  test('gets the same, by names that are whole', async () => {
    const target = join(folder, 'nas')
    await mkdir(target)
    const sent = await backup()
    expect(await sendBackup(directoryTarget(target, signal), sent, setting())).toBeUndefined()
    const copied = await readdir(join(target, source, sent.id))
    expect(copied.toSorted()).toEqual(files)
    for (const name of files) expect(await readFile(join(target, source, sent.id, name))).toEqual(await readFile(join(sent.folder, name)))
  })

  test('that is not there is never made', async () => {
    const target = join(folder, 'not-mounted')
    expect(await sendBackup(directoryTarget(target, signal), await backup(), setting())).toMatchObject({
      cause: expect.stringContaining('ENOENT'),
    })
    expect(existsSync(target)).toBe(false)
  })
})
