import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { part as filesPart } from '../../../src/actions/cert-check/parts/files/part.ts'
import { part as letsencryptPart } from '../../../src/actions/cert-check/parts/letsencrypt/part.ts'
import { seeLastRuns } from '../../../src/probes/certbot/last-runs.ts'
import { grantCommand } from '../../../src/probes/certbot/rights.ts'
import { expandPattern } from '../../../src/probes/files/glob.ts'
import { readBounded } from '../../../src/probes/files/read.ts'
import { runPart } from '../../support/cert-check.ts'
import { temporaryFolder } from '../../support/ronde.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { asStranger } from '../../support/stranger.ts'

const conf = (folder: string) =>
  ['cert', 'privkey', 'chain', 'fullchain'].map((name) => `${name} = ${folder}/live/quiz.example/${name}.pem\n`).join('') +
  `archive_dir = ${folder}/archive/quiz.example\n[renewalparams]\nauthenticator = webroot\nrenew_hook = x\n`

/** A folder of certbot as it makes one: `live` and `archive` for root only, keys 0600. */
const certbotFolder = async (folder: string, mode: number) => {
  const { cert, key } = selfSigned({ names: ['quiz.example'], notAfter: new Date(Date.now() + 60 * 86_400_000) })
  const [live, archive] = [join(folder, 'live/quiz.example'), join(folder, 'archive/quiz.example')]
  await Promise.all([live, archive, join(folder, 'renewal')].map((path) => mkdir(path, { recursive: true })))
  for (const name of ['cert', 'chain', 'fullchain', 'privkey']) {
    await writeFile(join(archive, `${name}1.pem`), name === 'privkey' ? key : cert, { mode: name === 'privkey' ? 0o600 : 0o644 })
    await symlink(`../../archive/quiz.example/${name}1.pem`, join(live, `${name}.pem`))
  }
  await writeFile(join(folder, 'renewal/quiz.example.conf'), conf(folder))
  await chmod(join(folder, 'live'), mode)
  await chmod(join(folder, 'archive'), mode)
  return folder
}

const openFolder = async () => {
  const folder = await temporaryFolder()
  await chmod(folder.path, 0o755)
  return folder
}

const look = (folder: string) => asStranger(() => runPart(letsencryptPart, { letsencrypt: folder }))

describe('what a runner that is not root may not read', () => {
  test('a file is unknown, with the command that gives this one right', async () => {
    await using folder = await openFolder()
    const path = join(folder.path, 'server.pem')
    await writeFile(path, 'secret', { mode: 0o600 })
    expect(await asStranger(() => readBounded(path, 100))).toEqual({ kind: 'not-permitted' })
    const looked = await asStranger(() => runPart(filesPart, { files: [path] }))
    expect(looked.findings).toMatchObject([
      { id: 'cert.file', status: 'unknown', title: `${path}: may not be read`, advice: `run: sudo setfacl -m u:nobody:r ${path}` },
    ])
    expect(looked.completed).toBe(false)
  })

  test('a key that a pattern matches stays closed, and makes nothing fail', async () => {
    await using folder = await openFolder()
    const { cert, key } = selfSigned({ names: ['quiz.example'] })
    await writeFile(join(folder.path, 'fullchain.pem'), cert)
    await writeFile(join(folder.path, 'privkey.pem'), key, { mode: 0o600 })
    await writeFile(join(folder.path, 'dhparam.pem'), '-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n')
    const look = async () => runPart(filesPart, { files: [join(folder.path, '*.pem')] })
    for (const looked of [await asStranger(look), await look()]) {
      expect(looked.findings.filter((one) => one.status === 'unknown')).toEqual([])
      expect(looked.findings.find((one) => one.id === 'cert.files')).toMatchObject({
        status: 'ok',
        title: expect.stringMatching(/: 1 file$/),
        observed: expect.stringMatching(/^1 file; 2 passed over: dhparam\.pem \(.*\), privkey\.pem \(.*\)$/),
      })
      expect(JSON.stringify(looked.findings)).not.toContain('setfacl')
      expect(looked.completed).toBe(true)
    }
  })

  test('a key that is named is not opened by any advice either', async () => {
    await using folder = await openFolder()
    const path = join(folder.path, 'privkey.pem')
    await writeFile(path, 'secret', { mode: 0o600 })
    const [finding] = (await asStranger(() => runPart(filesPart, { files: [path] }))).findings
    expect([finding?.status, finding?.advice]).toEqual(['unknown', expect.not.stringContaining('setfacl')])
  })

  test('a certificate that a pattern matches and nobody may read is missed', async () => {
    await using folder = await openFolder()
    await writeFile(join(folder.path, 'fullchain.pem'), 'x', { mode: 0o600 })
    const looked = await asStranger(() => runPart(filesPart, { files: [join(folder.path, '*.pem')] }))
    expect(looked.findings.find((one) => one.id === 'cert.file')?.status).toBe('unknown')
  })

  test('a damaged certificate that a pattern matches is critical, and one that matches nothing else a warning', async () => {
    await using folder = await openFolder()
    await writeFile(join(folder.path, 'notes.pem'), 'x')
    const look = async () =>
      (await runPart(filesPart, { files: [join(folder.path, '*.pem')] })).findings.map((one) => `${one.id} ${one.status}`)
    expect(await look()).toEqual(['cert.files warning'])
    await writeFile(join(folder.path, 'cut.pem'), '-----BEGIN CERTIFICATE-----\nMIIB\n')
    expect(await look()).toEqual(['cert.files ok', 'cert.file critical'])
  })

  test('a folder on the way of a pattern is told, not taken for an empty one', async () => {
    await using folder = await openFolder()
    await certbotFolder(folder.path, 0o700)
    const pattern = join(folder.path, 'live/*/fullchain.pem')
    const closed = join(folder.path, 'live')
    expect(await asStranger(() => expandPattern(pattern))).toEqual({ paths: [], closed: [closed], cut: false })
    const looked = await asStranger(() => runPart(filesPart, { files: [pattern] }))
    expect(looked.findings).toMatchObject([{ id: 'cert.files', status: 'unknown', advice: `run: sudo setfacl -m u:nobody:rx ${closed}` }])
  })

  test('a lineage in closed folders is one unknown, and the advice opens the folders and no key', async () => {
    await using folder = await openFolder()
    await certbotFolder(folder.path, 0o700)
    const { findings, completed } = await look(folder.path)
    const [live, archive] = [join(folder.path, 'live'), join(folder.path, 'archive')]
    expect(findings.filter((one) => one.status === 'unknown')).toMatchObject([
      { id: 'certbot.links', advice: `run: sudo setfacl -m u:nobody:rx ${live} ${archive}` },
    ])
    expect(completed).toBe(false)
  })

  test('with the folders open all is looked at but the key, which is not asked for', async () => {
    await using folder = await openFolder()
    await certbotFolder(folder.path, 0o755)
    const { findings } = await look(folder.path)
    expect(findings.find((one) => one.id === 'certbot.links')?.status).toBe('ok')
    expect(findings.find((one) => one.id === 'certbot.key')).toMatchObject({
      status: 'ok',
      cleared: false,
      title: 'quiz.example: key not checked',
    })
    expect(findings.find((one) => one.id === 'cert.expiry')?.status).toBe('ok')
    expect(findings.filter((one) => one.status === 'unknown')).toEqual([])
  })

  test('a log that is root only: what systemd remembers is taken, and it says that hooks were not looked at', async () => {
    await using folder = await openFolder()
    await writeFile(join(folder.path, 'letsencrypt.log'), '', { mode: 0o600 })
    const unit = 'Id=certbot.service\nLoadState=loaded\nResult=exit-code\nExecMainStatus=1\nExecMainExitTimestamp=@1764144000\n'
    const run = async () => ({ ended: 'exit', exitCode: 0, stdout: unit, stderr: '', truncated: false, durationMs: 1 }) as const
    const world = { root: '/', run, signal: new AbortController().signal }
    const seen = await asStranger(() => seeLastRuns(folder.path, world))
    expect(seen).toMatchObject({ seen: true, value: { from: 'systemd', at: 1_764_144_000_000, succeeded: false } })
  })
})

test.each([
  ['runner', ['/etc/a'], 'run: sudo setfacl -m u:runner:r /etc/a'],
  ['runner', ['/etc/a b'], "run: sudo setfacl -m u:runner:r '/etc/a b'"],
  ['runner', ['/etc/$(reboot)'], 'give the user of the runner the right to read it'],
  ['a; reboot', ['/etc/a'], 'give the user of the runner the right to read it'],
])('for %s and %j the advice is: %s', (user, paths, advice) => {
  expect(grantCommand('r', paths, user)).toBe(advice)
})

describe('a folder of certbot', () => {
  test.each(['no-such-folder', 'a-file/letsencrypt', 'a-file'])(
    'a folder of certbot that was named and is not there (%s) is unknown',
    async (name) => {
      await using folder = await openFolder()
      await writeFile(join(folder.path, 'a-file'), '')
      const looked = await runPart(letsencryptPart, { letsencrypt: join(folder.path, name) })
      expect(looked).toMatchObject({ completed: false, findings: [{ id: 'certbot.lineages', status: 'unknown' }] })
      expect(looked.findings[0]?.observed).toMatch(/stands at /)
    },
  )

  test('one that is there and empty is ok, whatever a file system leaves in it', async () => {
    await using folder = await openFolder()
    await Promise.all(['live/lost+found', 'live/empty'].map((path) => mkdir(join(folder.path, path), { recursive: true })))
    await writeFile(join(folder.path, 'live/notes.txt'), '')
    expect(await runPart(letsencryptPart, { letsencrypt: folder.path })).toMatchObject({
      completed: true,
      findings: [{ id: 'certbot.lineages', status: 'ok', title: 'certbot: no lineages' }],
    })
  })

  test("links of a container's own view are followed to the archive beside them", async () => {
    await using folder = await openFolder()
    await certbotFolder(folder.path, 0o755)
    for (const name of ['cert', 'chain', 'fullchain', 'privkey']) {
      await rm(join(folder.path, `live/quiz.example/${name}.pem`))
      await symlink(`/etc/letsencrypt-of-nobody/archive/quiz.example/${name}1.pem`, join(folder.path, `live/quiz.example/${name}.pem`))
    }
    const { findings } = await runPart(letsencryptPart, { letsencrypt: folder.path })
    expect(
      findings.filter((one) => ['certbot.links', 'certbot.key', 'cert.file', 'cert.expiry'].includes(one.id)).map((one) => one.status),
    ).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('a link to nothing is told once, and nobody is asked to open what is not there', async () => {
    await using folder = await openFolder()
    await certbotFolder(folder.path, 0o755)
    await rm(join(folder.path, 'archive/quiz.example/fullchain1.pem'))
    const { findings } = await runPart(letsencryptPart, { letsencrypt: folder.path })
    expect(findings.filter((one) => one.status === 'critical' || one.status === 'unknown').map((one) => one.id)).toEqual(['certbot.links'])
    expect(JSON.stringify(findings)).not.toContain('setfacl')
  })

  test.each([
    ['renewal-hooks/post/reload.sh', 'ok'],
    ['renewal-hooks/deploy/reload.sh', 'ok'],
    ['renewal-hooks/deploy/reload.sh~', 'warning'],
    ['renewal-hooks/pre/reload.sh', 'warning'],
  ])('%s: %s', async (path, status) => {
    await using folder = await openFolder()
    await certbotFolder(folder.path, 0o755)
    await writeFile(join(folder.path, 'renewal/quiz.example.conf'), conf(folder.path).replace('renew_hook = x\n', ''))
    await mkdir(dirname(join(folder.path, path)), { recursive: true })
    await writeFile(join(folder.path, path), '#!/bin/sh\nsystemctl reload nginx\n', { mode: 0o755 })
    const { findings } = await runPart(letsencryptPart, { letsencrypt: folder.path })
    expect(findings.find((one) => one.id === 'certbot.hook')?.status).toBe(status)
  })
})
