import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Finished, RunProgram } from '../../../src/contract/process.ts'
import { seeForeignHands } from '../../../src/probes/certbot/hands.ts'
import { createGrant, grantCommand } from '../../../src/probes/certbot/rights.ts'
import { seeFileLog } from '../../../src/probes/log/file.ts'
import { unknownId } from '../../support/local-users.ts'
import { freshFolders } from '../../support/state-folder.ts'
import { asStranger } from '../../support/stranger.ts'

const fresh = freshFolders()
const { signal } = new AbortController()
const id = 'a'.repeat(64)

type Mount = { readonly Source: string; readonly RW: boolean }
/** What `docker ps` and `docker inspect` print for one container; the parts that are read were taken from a real engine. */
const engine = (mounts: readonly Mount[]): RunProgram =>
  engineThat((args) =>
    args[0] === 'ps' ? `${id}\n` : `${JSON.stringify(mounts.map((one) => ({ Type: 'bind', Destination: '/x', ...one })))}\n`,
  )
const engineThat =
  (answer: (args: readonly string[]) => string | Partial<Finished>): RunProgram =>
  async (_program, args) => {
    const said = answer(args)
    const ended = { ended: 'exit', exitCode: 0, stdout: '', stderr: '', truncated: false, durationMs: 1 }
    return { ...ended, ...(typeof said === 'string' ? { stdout: said } : said) } as Finished
  }

/** A folder as certbot makes it, with one hook. */
const certbotFolder = (at: string): string => {
  const directory = join(at, 'letsencrypt')
  for (const name of ['renewal', 'live', 'renewal-hooks/pre', 'renewal-hooks/deploy'])
    mkdirSync(join(directory, name), { recursive: true, mode: 0o755 })
  writeFileSync(join(directory, 'renewal-hooks/pre/stop'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(join(directory, 'renewal/quiz.example.conf'), `[renewalparams]\nrenew_hook = ${join(at, 'own/reload')} now\n`)
  return directory
}

describe('certbot is started by itself only where nobody else has a hand in what it runs', () => {
  type Row = {
    readonly name: string
    readonly mounts: (at: string) => readonly Mount[]
    readonly prepare?: (at: string) => void
    readonly cause?: RegExp
  }
  const writable = (...sources: readonly string[]) => sources.map((Source) => ({ Source, RW: true }))
  const rows: readonly Row[] = [
    { name: 'no container has any of it', mounts: (at) => writable(join(at, 'elsewhere'), `${at}/letsencrypt-not`) },
    { name: 'a container may only read it', mounts: (at) => [{ Source: join(at, 'letsencrypt'), RW: false }] },
    {
      name: 'a container may write it',
      mounts: (at) => writable(join(at, 'letsencrypt')),
      cause: /a container may write to .*letsencrypt$/,
    },
    { name: 'a container may write a folder above', mounts: (at) => writable(at), cause: /a container may write/ },
    { name: 'a container may write everything', mounts: () => writable('/'), cause: /a container may write/ },
    {
      name: 'a container may write a part of it',
      mounts: (at) => writable(join(at, 'letsencrypt/renewal-hooks')),
      cause: /a container may write/,
    },
    {
      name: 'a container may write its certificates',
      mounts: (at) => writable(join(at, 'letsencrypt/live')),
      cause: /live, inside of it$/,
    },
    {
      name: 'the folder is a link into the mount',
      mounts: (at) => writable(join(at, 'real')),
      prepare: (at) => {
        renameSync(join(at, 'letsencrypt'), join(at, 'real'))
        symlinkSync('real', join(at, 'letsencrypt'))
      },
      cause: /a container may write/,
    },
    {
      name: 'the mount is a link to the folder',
      mounts: (at) => writable(join(at, 'alias')),
      prepare: (at) => symlinkSync('letsencrypt', join(at, 'alias')),
      cause: /a container may write/,
    },
    {
      name: 'a hook is a link into the mount',
      mounts: (at) => writable(join(at, 'app')),
      prepare: (at) => {
        mkdirSync(join(at, 'app'))
        writeFileSync(join(at, 'app/hook'), '', { mode: 0o755 })
        symlinkSync(join(at, 'app/hook'), join(at, 'letsencrypt/renewal-hooks/deploy/hook'))
      },
      cause: /a container may write to .*app\/hook$/,
    },
    {
      name: 'a configuration names a program in the mount',
      mounts: (at) => writable(join(at, 'own')),
      prepare: (at) => {
        mkdirSync(join(at, 'own'))
        writeFileSync(join(at, 'own/reload'), '', { mode: 0o755 })
      },
      cause: /a container may write to .*own\/reload$/,
    },
    {
      name: 'everybody may write the hooks',
      mounts: () => [],
      prepare: (at) => chmodSync(join(at, 'letsencrypt/renewal-hooks/pre'), 0o777),
      cause: /renewal-hooks\/pre: everybody can write here$/,
    },
    {
      name: 'everybody may write one hook',
      mounts: () => [],
      prepare: (at) => chmodSync(join(at, 'letsencrypt/renewal-hooks/pre/stop'), 0o777),
      cause: /pre\/stop: everybody can write here$/,
    },
  ]
  test.each(rows)('$name: $cause', async ({ mounts, prepare, cause }) => {
    const at = fresh()
    const directory = certbotFolder(at)
    prepare?.(at)
    const hands = await seeForeignHands(directory, engine(mounts(at)), signal)
    expect(hands?.cause ?? 'nobody').toMatch(cause ?? /^nobody$/)
  })

  test.each<[string, string | Partial<Finished>, RegExp | undefined]>([
    ['docker is not installed', { ended: 'not-started', cause: 'no such program: docker' }, undefined],
    ['there is no container', '', undefined],
    [
      'the engine is not running',
      { exitCode: 1, stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' },
      /cannot be seen: the Docker engine is not running/,
    ],
    [
      'the engine may not be asked',
      { exitCode: 1, stderr: 'permission denied while trying to connect to the Docker daemon socket' },
      /not permitted to use the Docker engine/,
    ],
    ['the engine hangs', { ended: 'timeout' }, /gave no answer/],
  ])('%s', async (_name, said, cause) => {
    const hands = await seeForeignHands(
      certbotFolder(fresh()),
      engineThat(() => said),
      signal,
    )
    expect(hands?.cause ?? 'nobody').toMatch(cause ?? /^nobody$/)
  })

  test('an answer in another form is not taken for none', async () => {
    const odd = engineThat((args) => (args[0] === 'ps' ? `${id}\n` : '{"Mounts": 1}\n'))
    expect(await seeForeignHands(certbotFolder(fresh()), odd, signal)).toMatchObject({
      cause: expect.stringContaining('in a form that Ronde does not know'),
    })
  })
})

describe('a command that gives a right to a path', () => {
  const words = /^give the user of the runner the right to read it, where nobody else/
  const file = (at: string) => {
    writeFileSync(join(at, 'app.log'), '')
    return join(at, 'app.log')
  }

  test('is given for a plain path, and for what is not there', () => {
    const path = file(fresh())
    expect(grantCommand('r', [path], 'runner')).toBe(`run: sudo setfacl -m u:runner:r ${path}`)
    expect(grantCommand('r', ['/nowhere/at/all'], 'runner')).toMatch(/^run: /)
  })

  const turned: readonly { readonly name: string; readonly make: (at: string) => string; readonly needsRoot?: true }[] = [
    {
      name: 'is a link',
      make: (at) => {
        symlinkSync('/etc/shadow', join(at, 'link'))
        return join(at, 'link')
      },
    },
    {
      name: 'lies behind a link',
      make: (at) => {
        symlinkSync('/etc', join(at, 'link'))
        return join(at, 'link/shadow')
      },
    },
    {
      name: 'lies in a folder that everybody writes',
      make: (at) => {
        mkdirSync(join(at, 'open'))
        chmodSync(join(at, 'open'), 0o777)
        return file(join(at, 'open'))
      },
    },
    {
      name: 'lies in a folder of an application',
      needsRoot: true,
      make: (at) => {
        mkdirSync(join(at, 'app'))
        chownSync(join(at, 'app'), unknownId, unknownId)
        return file(join(at, 'app'))
      },
    },
  ]
  test.each(turned.filter((one) => process.getuid?.() === 0 || one.needsRoot === undefined))(
    'is not given for one that $name',
    ({ make }) => {
      expect(grantCommand('r', [make(fresh())], 'runner')).toMatch(words)
    },
  )

  test('is not given for one that a container may write, nor where containers cannot be seen', () => {
    const at = fresh()
    const path = file(at)
    expect(createGrant([at])('r', [path], 'runner')).toMatch(words)
    expect(createGrant([`${at}x`])('r', [path], 'runner')).toMatch(/^run: /)
    expect(createGrant(undefined)('r', [path], 'runner')).toMatch(words)
  })

  test('a log that cannot be read goes by the same', async () => {
    const at = fresh()
    const own = file(at)
    chmodSync(own, 0o000)
    chmodSync(at, 0o755)
    const reading = { since: 0, timeOf: () => 0 }
    const look = (path: string, given = {}) => asStranger(() => seeFileLog(path, { ...reading, ...given }))
    expect(await look(own)).toMatchObject({ seen: false, advice: `run: sudo setfacl -m u:USER:r ${own}` })
    expect(await look(own, { seeGrant: async () => createGrant([at]) })).toMatchObject({ advice: expect.stringMatching(words) })
    symlinkSync(own, join(at, 'link'))
    expect(await look(join(at, 'link'))).toMatchObject({ advice: expect.stringMatching(words) })
  })
})
