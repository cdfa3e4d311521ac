import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, link, lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { decryptFileStage, decryptStage } from '../../../src/tools/age.ts'
import { archiveCodecs } from '../../../src/tools/archive/codec.ts'
import { packArchive } from '../../../src/tools/archive/pack.ts'
import { packStage } from '../../../src/tools/archive/stages.ts'
import { checkArchive, unpackArchive } from '../../../src/tools/archive/unpack.ts'
import { hashFile } from '../../../src/tools/artifact.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'
import { newAgeKey } from '../../support/age.ts'

jest.setTimeout(60_000)

const { pipe } = createPrograms({ environment: process.env })
const signal = new AbortController().signal
const limits = { timeoutMs: 30_000, signal }
const rules = { links: 'kept', mostEntries: 10_000, mostBytes: 1e9 } as const

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-archive-'))
})
afterAll(() => rm(folder, { recursive: true }))

const run = (program: string, ...args: readonly string[]): string => execFileSync(program, args, { encoding: 'utf8' })

let made = 0
const fresh = async (): Promise<string> => {
  made += 1
  const path = join(folder, `d${made}`)
  await mkdir(path)
  return path
}

/** A volume with everything that a careless copy loses. */
const oddVolume = async (): Promise<string> => {
  const root = await fresh()
  await mkdir(join(root, 'sub'))
  const names = ['a', 'x -> y', 'a"b\nc', '-rf', ' lead', 'é', '*', 'back\\slash']
  for (const name of names) await writeFile(join(root, name), `content of ${name}`)
  await link(join(root, 'a'), join(root, 'sub', 'hard'))
  await symlink('../a', join(root, 'sub', 'soft'))
  await symlink('/usr/bin/python3', join(root, 'venv'))
  await writeFile(join(root, 'sparse'), 'x')
  await truncate(join(root, 'sparse'), 64 * 1024 * 1024)
  await writeFile(join(root, 'setuid'), 'x')
  run('chown', '4711:4712', join(root, 'setuid'))
  await chmod(join(root, 'setuid'), 0o4751)
  run('setfattr', '-n', 'user.kind', '-v', 'odd', join(root, 'a'))
  run('setfacl', '-m', 'u:4711:r', join(root, 'é'))
  run('mkfifo', join(root, 'pipe'))
  await utimes(join(root, 'a'), 1_000_000_000, 1_000_000_000.123456)
  run('chown', '999:998', root)
  await chmod(root, 0o2770)
  return root
}

const pack = (directory: string, file: string, recipients: readonly string[] = [], codec = archiveCodecs.zstd) =>
  packArchive(pipe, { from: packStage({ directory, members: ['.'] }), codec, file, recipients, limits })

describe('an archive', () => {
  test.each(Object.values(archiveCodecs))(
    'of $name holds owners, modes, links, holes, attributes and the mode of its root',
    async (codec) => {
      const root = await oddVolume()
      const file = join(folder, `odd-${codec.name}.${codec.suffix}`)
      const packed = await pack(root, file, [], codec)
      expect(packed).toMatchObject({ ok: true, entries: 16, inconsistent: [] })
      if (!packed.ok) return
      expect(await hashFile(file, signal)).toEqual({ bytes: packed.bytes, sha256: packed.sha256 })
      expect(packed.sha256Plain).toBe(packed.sha256)
      expect((await lstat(file)).mode & 0o777).toBe(0o600)
      const target = await fresh()
      expect(await unpackArchive(pipe, { file, stages: [codec.unpack], limits }, { directory: target, rules })).toBeUndefined()
      const listing = (of: string) => run('find', of, '-printf', '%P\\0%y %m %U %G %s %T@ %l\\n').replaceAll(/\d+ (\d+\.\d+ \n)/g, '$1')
      expect(listing(target).split('\n').toSorted()).toEqual(listing(root).split('\n').toSorted())
      expect(run('sh', '-c', 'cd "$1" && getfattr -R -d -m - . ; getfacl -R -n .', 'sh', target)).toBe(
        run('sh', '-c', 'cd "$1" && getfattr -R -d -m - . ; getfacl -R -n .', 'sh', root),
      )
      expect((await lstat(join(target, 'a'))).ino).toBe((await lstat(join(target, 'sub', 'hard'))).ino)
      expect((await lstat(join(target, 'sparse'))).blocks * 512).toBeLessThan(1_000_000)
      expect(await readFile(join(target, 'a"b\nc'), 'utf8')).toBe('content of a"b\nc')
      expect(await readlink(join(target, 'venv'))).toBe('/usr/bin/python3')
    },
  )

  test('is readable without Ronde', async () => {
    const root = await oddVolume()
    const file = join(folder, 'by-hand.tar.zst')
    await pack(root, file)
    const target = await fresh()
    run('sh', '-c', 'zstd -dc "$1" | tar -x -C "$2" --numeric-owner --same-owner --xattrs --acls', 'sh', file, target)
    expect(await readFile(join(target, '-rf'), 'utf8')).toBe('content of -rf')
  })

  test('of a file that vanishes or grows while it is read is kept, and says which', async () => {
    const root = await fresh()
    for (let index = 0; index < 50; index += 1) await writeFile(join(root, `f${index}`), 'x')
    await writeFile(join(root, 'growing'), Buffer.alloc(1_000))
    // tar, and a writer that is at work while tar reads: it is started by tar itself, so that it comes neither too early nor too late.
    const from = {
      program: 'sh',
      args: [
        '-c',
        `exec tar --create --file=- --directory="$1" --checkpoint=1 --checkpoint-action=exec='sh -c "rm -f \\"$GONE\\"; echo y >> \\"$GROWN\\""' .`,
        'sh',
        root,
      ],
      environment: { GONE: join(root, 'f7'), GROWN: join(root, 'growing') },
    }
    await writeFile(join(root, 'first'), Buffer.alloc(200_000, 7))
    const packed = await packArchive(pipe, {
      from,
      codec: archiveCodecs.zstd,
      file: join(folder, 'changed.tar.zst'),
      recipients: [],
      limits,
    })
    expect(packed).toMatchObject({ ok: true, inconsistent: expect.arrayContaining([expect.stringMatching(/removed|changed|shrank/)]) })
  })

  test.each<[string, string, RegExp]>([['a folder that is not there', 'missing', /Cannot open|Cannot chdir|No such file/]])(
    'of %s is none',
    async (_, name, why) => {
      const file = join(folder, `${name}.tar.zst`)
      const packed = await pack(join(folder, name), file)
      expect(packed).toMatchObject({ ok: false, cause: expect.stringMatching(why) })
      expect(existsSync(file)).toBe(false)
    },
  )

  test('of a tar that is killed half way is none, and leaves no file', async () => {
    const file = join(folder, 'killed.tar.zst')
    const from = {
      program: 'sh',
      args: ['-c', 'tar --create --file=- --directory="$1" . | head -c 20000; kill -9 $$', 'sh', await oddVolume()],
    }
    const packed = await packArchive(pipe, { from, codec: archiveCodecs.zstd, file, recipients: [], limits })
    expect(packed).toMatchObject({ ok: false, cause: expect.stringContaining('SIGKILL') })
    expect(existsSync(file)).toBe(false)
  })

  test('that ends in the middle though its program says that all is well is none', async () => {
    const file = join(folder, 'cut.tar.zst')
    const from = { program: 'sh', args: ['-c', 'tar --create --file=- --directory="$1" . | head -c 4000; exit 0', 'sh', await oddVolume()] }
    const packed = await packArchive(pipe, { from, codec: archiveCodecs.zstd, file, recipients: [], limits })
    expect(packed).toMatchObject({ ok: false, cause: expect.stringContaining('cannot be read back') })
  })

  test('never takes the place of a file that is there', async () => {
    const file = join(folder, 'there.tar.zst')
    await writeFile(file, 'mine')
    expect(await pack(await fresh(), file)).toMatchObject({ ok: false, cause: expect.stringContaining('EEXIST') })
    expect(await readFile(file, 'utf8')).toBe('mine')
  })
})

describe('an encrypted archive', () => {
  test('is read with each of the keys, and has the hashes of both', async () => {
    const [offline, drill] = [newAgeKey(), newAgeKey()]
    const file = join(folder, 'secret.tar.zst.age')
    const packed = await pack(await oddVolume(), file, [offline.recipient, drill.recipient])
    if (!packed.ok) throw new Error(packed.cause)
    expect(await hashFile(file, signal)).toEqual({ bytes: packed.bytes, sha256: packed.sha256 })
    expect(packed.sha256Plain).not.toBe(packed.sha256)
    const hash = createHash('sha256')
    const each = (chunk: Uint8Array) => void hash.update(chunk)
    expect(await pipe([decryptFileStage(file)], { ...limits, stdin: drill.secret, stdout: { each } })).toMatchObject({ ok: true })
    expect(hash.digest('hex')).toBe(packed.sha256Plain)
    const identity = join(folder, 'offline.key')
    await writeFile(identity, offline.secret, { mode: 0o600 })
    const listed = await checkArchive(pipe, { file, stages: [decryptStage(identity), archiveCodecs.zstd.unpack], limits }, rules)
    expect(listed).toEqual({ entries: 16, bytes: packed.entryBytes })
  })

  test('is not read with another key, and not when a byte was turned', async () => {
    const [own, other] = [newAgeKey(), newAgeKey()]
    const file = join(folder, 'turned.tar.zst.age')
    await pack(await oddVolume(), file, [own.recipient])
    const identity = join(folder, 'one.key')
    const check = async (secret: string) => {
      await writeFile(identity, secret)
      return (await checkArchive(pipe, { file, stages: [decryptStage(identity), archiveCodecs.zstd.unpack], limits }, rules)).trouble
    }
    expect(await check(other.secret)).toContain('no identity matched any of the recipients')
    const bytes = await readFile(file)
    bytes[bytes.length - 40] = (bytes.at(-40) ?? 0) ^ 1
    await writeFile(file, bytes)
    expect(await check(own.secret)).toContain('failed to decrypt')
  })

  test('to what is no recipient is none, and tells what age says', async () => {
    const file = join(folder, 'nobody.age')
    expect(await pack(await oddVolume(), file, ['age1nobody'])).toMatchObject({ ok: false, cause: expect.stringContaining('age') })
    expect(existsSync(file)).toBe(false)
  })
})

/** Archives that somebody else made: Python writes what tar would not. */
const hostile = async (name: string, lines: readonly string[]): Promise<string> => {
  const file = join(folder, `${name}.tar.gz`)
  run(
    'python3',
    '-c',
    [
      'import tarfile,io,sys',
      't=tarfile.open(sys.argv[1],"w:gz")',
      'def e(n,**k):',
      ' i=tarfile.TarInfo(n)',
      ' for a,b in k.items(): setattr(i,a,b)',
      ' t.addfile(i)',
      ...lines,
      't.close()',
    ].join('\n'),
    file,
  )
  return file
}

describe('an archive of somebody else', () => {
  test.each<[string, string[], string]>([
    ['absolute', ['e("/tmp/ronde-was-here")'], 'outside'],
    ['climbing', ['e("a/../../ronde-was-here")'], 'outside'],
    ['link-and-file', ['e("a",type=tarfile.SYMTYPE,linkname="/tmp")', 'e("a/ronde-was-here")'], 'leaves'],
    ['hard-link', ['e("a",type=tarfile.LNKTYPE,linkname="/etc/passwd")'], 'leaves'],
    ['device', ['e("sda",type=tarfile.BLKTYPE,devmajor=8,devminor=0)'], 'device'],
    ['many', ['[e("f%d"%i) for i in range(300)]'], 'more than 200 entries'],
    ['large', ['i=tarfile.TarInfo("zeros")', 'i.size=3*10**6', 't.addfile(i,io.BytesIO(bytes(i.size)))'], 'more than 1000000 bytes'],
  ])('%s: nothing of it is extracted', async (name, lines, why) => {
    const file = await hostile(name, ['e("innocent")', ...lines])
    const directory = await fresh()
    const archive = { file, stages: [archiveCodecs.gzip.unpack], limits }
    const trouble = await unpackArchive(pipe, archive, { directory, rules: { links: 'refused', mostEntries: 200, mostBytes: 1e6 } })
    expect(trouble).toContain(why)
    expect(existsSync(join(directory, 'innocent'))).toBe(false)
    expect(existsSync('/tmp/ronde-was-here')).toBe(false)
  })

  test('a truncated one, and what is no archive', async () => {
    const file = join(folder, 'short.tar.zst')
    await pack(await oddVolume(), file)
    await truncate(file, (await lstat(file)).size - 10)
    const directory = await fresh()
    const archive = { file, stages: [archiveCodecs.zstd.unpack], limits }
    expect(await unpackArchive(pipe, archive, { directory, rules })).toBeDefined()
    await writeFile(file, 'no archive')
    expect(await unpackArchive(pipe, archive, { directory, rules })).toBeDefined()
  })
})
