import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, jest, test } from '@jest/globals'
import { newAgeKey } from '../../support/age.ts'
import { agedCopy } from '../../support/own-backups.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

jest.setTimeout(120_000)

/** A server whose database is down, with a folder of media: archives need neither the engine nor the database. */
const place = async () => {
  const folder = await temporaryFolder()
  const [root, media, stateHome] = ['backups', 'media', 'state'].map((name) => join(folder.path, name)) as [string, string, string]
  await mkdir(join(media, 'avatars'), { recursive: true })
  await writeFile(join(media, 'avatars', 'one.png'), Buffer.alloc(50_000, 7))
  await writeFile(join(media, '.hidden'), 'x')
  const run = (inputs: Readonly<Record<string, string>> = {}) =>
    runRonde('backup', {
      stateHome,
      // Other tests bring projects up and down on this machine's engine, and an archive is of a project.
      environment: { DOCKER_HOST: `unix://${join(folder.path, 'no-engine.sock')}` },
      inputs: {
        kinds: 'media',
        media,
        root,
        server: 'quiz-prod',
        'database-url': 'postgresql://quiz@127.0.0.1:1/quiz',
        'fail-on': 'never',
        ...inputs,
      },
    })
  return { folder, path: folder.path, root, media, stateHome, source: join(root, 'quiz-prod--media--media'), run }
}

type Ran = Awaited<ReturnType<Awaited<ReturnType<typeof place>>['run']>>
const found = ({ findings }: Ran, id: string) =>
  findings.filter((one) => one.id === id).map(({ status, title, observed }) => ({ status, title, observed }))

test('media are archived, proven, and come back by tar alone', async () => {
  const { path, run, source } = await place()
  const ran = await run()
  expect([ran.exitCode, found(ran, 'backup.verified').map(({ status }) => status)]).toEqual([0, ['ok']])
  const { 'backup-id': id = '', 'backup-path': made = '', verified } = ran.outputs
  expect([made, verified]).toEqual([join(source, id), 'true'])
  expect(readdirSync(made).toSorted()).toEqual(['manifest.json', 'manifest.sig', 'media.tar.zst', 'verify.json', 'verify.sig'])
  const back = join(path, 'back')
  await mkdir(back)
  execFileSync('sh', ['-c', 'zstd -dc "$1" | tar -x -C "$2"', 'sh', join(made, 'media.tar.zst'), back])
  const { base } = JSON.parse(readFileSync(join(made, 'manifest.json'), 'utf8')) as { base: string }
  expect(base).toBe('/')
  expect(await readFile(join(back, path, 'media', 'avatars', 'one.png'))).toHaveLength(50_000)
})

describe('encryption', () => {
  test('to two keys: each opens it, the drill key proves the stored file, and nothing lies there in plain', async () => {
    const { path, run } = await place()
    const [offline, drill] = [newAgeKey(), newAgeKey()]
    const encrypt = `recipients: [${offline.recipient}, ${drill.recipient}]\ndrill-key: ${drill.secret}`
    const ran = await run({ encrypt })
    const made = ran.outputs['backup-path'] ?? ''
    expect(found(ran, 'backup.encryption')).toMatchObject([{ status: 'ok' }])
    expect(readdirSync(made)).toContain('media.tar.zst.age')
    expect(readdirSync(made)).not.toContain('media.tar.zst')
    expect(JSON.parse(readFileSync(join(made, 'verify.json'), 'utf8'))).toMatchObject({ verified: true, ciphertext: 'proven' })
    const key = join(path, 'offline.key')
    await writeFile(key, offline.secret)
    execFileSync('sh', ['-c', 'age -d -i "$1" "$2" | zstd -dc | tar -t >/dev/null', 'sh', key, join(made, 'media.tar.zst.age')])
    expect(ran.log).not.toContain(drill.secret.trim())
  })

  test('to one key is warned of, and what nobody here can open is told', async () => {
    const { run } = await place()
    const ran = await run({ encrypt: `recipients: [${newAgeKey().recipient}]` })
    expect(found(ran, 'backup.encryption')).toMatchObject([{ status: 'warning', title: 'backups are encrypted to one key only' }])
    expect(found(ran, 'backup.drill')).toMatchObject([{ status: 'ok' }])
  })

  test('with a drill key that opens nothing: the backup is not proven', async () => {
    const { run } = await place()
    const ran = await run({ encrypt: `recipients: [${newAgeKey().recipient}, ${newAgeKey().recipient}]\ndrill-key: ${newAgeKey().secret}` })
    expect(ran.outputs['verified']).toBe('false')
    expect(found(ran, 'backup.verified')).toMatchObject([{ status: 'critical', title: expect.stringContaining('is not proven') }])
  })

  test('a secret key among the recipients is a mistake, and is not repeated', async () => {
    const { run, root } = await place()
    const { secret } = newAgeKey()
    const ran = await run({ encrypt: `recipients: [${secret.trim()}]` })
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('is a secret key')
    expect(ran.log).not.toContain(secret.trim())
    expect(existsSync(root)).toBe(false)
  })
})

describe('off-site', () => {
  test('a folder gets the copy; it is noted beside the backup', async () => {
    const { path, run } = await place()
    const nas = join(path, 'nas')
    await mkdir(nas)
    const ran = await run({ 'off-site': `- directory: ${nas}` })
    const [id, made] = [ran.outputs['backup-id'] ?? '', ran.outputs['backup-path'] ?? '']
    expect(found(ran, 'backup.off-site').map(({ status }) => status)).toEqual(['ok', 'ok'])
    expect(readdirSync(join(nas, 'quiz-prod--media--media', id)).toSorted()).toEqual([
      'manifest.json',
      'manifest.sig',
      'media.tar.zst',
      'verify.json',
      'verify.sig',
    ])
    expect(JSON.parse(readFileSync(join(made, 'off-site.json'), 'utf8'))).toMatchObject([{ target: nas }])
  })

  test('one target that fails is told, and the other has its copy', async () => {
    const { path, run } = await place()
    const nas = join(path, 'nas')
    await mkdir(nas)
    const ran = await run({ 'off-site': `- directory: ${join(path, 'gone')}\n- directory: ${nas}` })
    expect(
      found(ran, 'backup.off-site')
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['critical', 'ok', 'ok', 'ok'])
    expect(readdirSync(join(nas, 'quiz-prod--media--media'))).toHaveLength(1)
  })

  test('secrets of a configuration never leave in plain', async () => {
    const { path, run } = await place()
    const [nas, env] = [join(path, 'nas'), join(path, '.env')]
    await mkdir(nas)
    await writeFile(env, 'POSTGRES_PASSWORD=do-not-send-me\n')
    const ran = await run({ kinds: 'config', 'config-files': env, 'off-site': `- directory: ${nas}` })
    expect(found(ran, 'backup.encryption')).toMatchObject([{ status: 'critical', title: expect.stringContaining('not sent') }])
    expect(readdirSync(nas)).toEqual([])
    const sent = await run({
      kinds: 'config',
      'config-files': env,
      'off-site': `- directory: ${nas}`,
      encrypt: `recipients: [${newAgeKey().recipient}, ${newAgeKey().recipient}]`,
    })
    expect(found(sent, 'backup.off-site')[0]?.status).toBe('ok')
    expect(readdirSync(nas)).toHaveLength(1)
    expect(() => execFileSync('grep', ['-rq', 'do-not-send-me', nas])).toThrow('Command failed')
  })
})

describe('size and retention', () => {
  test('media that were emptied are suspect and stop all pruning, until they are accepted once', async () => {
    const { run, media, source } = await place()
    await writeFile(join(media, 'large'), randomBytes(200_000))
    await run()
    await rm(join(media, 'large'))
    await writeFile(join(media, 'avatars', 'one.png'), 'x')
    const ran = await run()
    const id = ran.outputs['backup-id'] ?? ''
    expect(found(ran, 'backup.suspect')).toMatchObject([{ status: 'warning' }])
    expect(readdirSync(join(source, id))).toContain('suspect')
    expect(found(await run(), 'backup.suspect')).toMatchObject([{ status: 'warning' }])
    expect(found(await run({ accept: id }), 'backup.suspect')).toMatchObject([{ status: 'ok' }])
    expect(readdirSync(join(source, id))).toContain('accepted')
    expect(found(await run(), 'backup.suspect')).toMatchObject([{ status: 'ok' }])
  })

  test('old ones go after a proven run, foreign files and links stay, and the dry run says it first', async () => {
    const { run, root, source, stateHome, path } = await place()
    const first = (await run()).outputs['backup-path'] ?? ''
    const dayMs = 86_400_000
    const aged = async (days: number, verified = true) =>
      agedCopy(first, stateHome, { at: new Date(Date.now() - days * dayMs), verified, random: String(days).padStart(16, '0') })
    const old = [await aged(100, false), await aged(101, false)]
    const kept = [await aged(40), await aged(10, false)]
    await writeFile(join(source, 'notes.txt'), 'mine')
    await symlink(path, join(source, '20200101T000000Z-0123456789abcdef'))
    await mkdir(join(source, '20200102T000000Z-0123456789abcdef'))
    await mkdir(join(root, '.trash-left'))
    const dry = await run({ 'dry-run': 'true' })
    const { plan } = (dry.reports[0]?.facts ?? {}) as { plan: { lines: { does: string; subject: string }[] } }
    expect(
      plan.lines
        .filter(({ does }) => does === 'remove')
        .map(({ subject }) => subject)
        .toSorted(),
    ).toEqual(old.toSorted())
    for (const one of old) expect(existsSync(one)).toBe(true)
    const ran = await run()
    expect(found(ran, 'backup.retention')).toMatchObject([{ status: 'ok', observed: expect.stringContaining('removed') }])
    for (const one of old) expect(existsSync(one)).toBe(false)
    for (const one of [...kept, first]) expect(existsSync(join(one, 'manifest.json'))).toBe(true)
    expect(readdirSync(source)).toEqual(
      expect.arrayContaining(['notes.txt', '20200101T000000Z-0123456789abcdef', '20200102T000000Z-0123456789abcdef']),
    )
    expect(existsSync(path)).toBe(true)
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('where the clock went back nothing goes, and the run after that goes on', async () => {
    const { run, stateHome } = await place()
    const first = (await run()).outputs['backup-path'] ?? ''
    const old = await agedCopy(first, stateHome, { at: new Date(Date.now() - 100 * 86_400_000), verified: false, random: '0'.repeat(16) })
    const [file = ''] = globSync(join(stateHome, '**/state.db'))
    using state = new DatabaseSync(file)
    // As if that run had been tomorrow.
    expect(state.prepare("UPDATE note SET value = value + 86400000 WHERE key = 'clock'").run().changes).toBe(1)
    expect(found(await run(), 'backup.retention')).toMatchObject([
      { status: 'warning', observed: expect.stringContaining('the clock of this server went back') },
    ])
    expect(existsSync(old)).toBe(true)
    expect(found(await run(), 'backup.retention')).toMatchObject([{ status: 'ok' }])
    expect(existsSync(old)).toBe(false)
  })

  test('what is kept is read again first: where one is damaged nothing goes', async () => {
    const { run, stateHome } = await place()
    const first = (await run()).outputs['backup-path'] ?? ''
    const day = (days: number) => new Date(Date.now() - days * 86_400_000)
    const old = await agedCopy(first, stateHome, { at: day(100), verified: false, random: '0'.repeat(16) })
    const damaged = await agedCopy(first, stateHome, { at: day(5), random: '1'.repeat(16) })
    const file = join(damaged, 'media.tar.zst')
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await writeFile(file, bytes)
    const ran = await run()
    expect(found(ran, 'backup.retention')).toMatchObject([
      { status: 'critical', observed: expect.stringContaining('is not what was written') },
    ])
    expect(existsSync(old)).toBe(true)
  })
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a folder that is missing', { media: '/nonexistent/media' }, /there is no \/nonexistent\/media/],
  ['no folder at all', { media: '' }, /no path is named/],
])('%s is named, and there is no backup', async (_, inputs, why) => {
  const { run, source } = await place()
  const ran = await run(inputs)
  expect(found(ran, 'backup.verified')).toMatchObject([{ status: 'critical', observed: expect.stringMatching(why) }])
  expect(existsSync(source)).toBe(false)
  expect(ran.outputs['verified']).toBe('false')
})
