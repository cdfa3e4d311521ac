import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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
