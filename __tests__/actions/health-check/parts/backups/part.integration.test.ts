import { chmodSync, existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { agedCopy } from '../../../../support/own-backups.ts'
import { runRonde, temporaryFolder } from '../../../../support/ronde.ts'

jest.setTimeout(120_000)

const hourMs = 3_600_000
const database = 'postgresql://quiz@127.0.0.1:1/quiz'

/** A root with one real backup of media, made a moment ago. */
const place = async (given: { readonly target?: string } = {}) => {
  const { path } = await temporaryFolder()
  const [root, media, stateHome] = ['backups', 'media', 'state'].map((name) => join(path, name)) as [string, string, string]
  await mkdir(media)
  await writeFile(join(media, 'a'), Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7_919) % 251)))
  const back = () =>
    runRonde('backup', {
      stateHome,
      inputs: {
        kinds: 'media',
        media,
        root,
        server: 'quiz-prod',
        'database-url': database,
        'fail-on': 'never',
        ...(given.target === undefined ? {} : { 'off-site': `- directory: ${given.target}` }),
      },
    })
  const made = (await back()).outputs['backup-path'] ?? ''
  const look = async (section = `root: ${root}\n  kinds: [media]`) => {
    const ran = await runRonde('health-check', {
      stateHome,
      files: { '.github/ronde.yml': `server: quiz-prod\nbackup:\n  ${section}\n` },
      inputs: { checks: 'backups', quick: 'true', 'fail-on': 'never' },
    })
    return ran.findings
      .filter(({ id }) => id.startsWith('backups.'))
      .map(({ id, status, observed, subject }) => ({ id, status, observed, subject }))
  }
  return { path, root, media, stateHome, made, back, look }
}

const aged = async (here: Awaited<ReturnType<typeof place>>, hours: number, verified = true) =>
  agedCopy(here.made, here.stateHome, { at: new Date(Date.now() - hours * hourMs), verified, random: String(hours).padStart(16, '0') })

test('a proven backup of now is fresh', async () => {
  const { look } = await place()
  expect(await look()).toMatchObject([
    { id: 'backups.age', status: 'ok', subject: 'backup/quiz-prod--media--media' },
    { id: 'backups.size', status: 'ok' },
  ])
})

test.each([
  [25, 'ok'],
  [27, 'warning'],
  [51, 'critical'],
])('the newest proven one is %i hours old, newer ones are not proven: %s', async (hours, status) => {
  const here = await place()
  await aged(here, hours)
  await aged(here, 1, false)
  await rm(here.made, { recursive: true })
  expect((await here.look())[0]).toMatchObject({ id: 'backups.age', status, observed: expect.stringContaining('old') })
})

test('one that is proven by nobody we know is no backup', async () => {
  const { look, made } = await place()
  await writeFile(join(made, 'verify.sig'), Buffer.alloc(64))
  expect(await look()).toMatchObject([{ id: 'backups.age', status: 'critical', observed: expect.stringContaining('not proven') }])
})

test('a kind that was never backed up is critical, and so is a root that is not there', async () => {
  const { look, root } = await place()
  expect(await look(`root: ${root}\n  kinds: [media, database]`)).toMatchObject([
    { status: 'ok' },
    { status: 'ok' },
    { id: 'backups.age', status: 'critical', subject: 'backup/database' },
  ])
  expect(await look('root: /nonexistent/backups')).toMatchObject([{ id: 'backups.age', status: 'critical' }])
})

test('a file without a section backup asks for nothing, and named all the same could not look', async () => {
  const look = (inputs: Readonly<Record<string, string>>) =>
    runRonde('health-check', {
      files: { '.github/ronde.yml': 'server: quiz-prod\n' },
      inputs: { quick: 'true', 'fail-on': 'never', ...inputs },
    })
  const named = await look({ checks: 'backups' })
  expect(named.findings).toMatchObject([{ id: 'backups.age', status: 'unknown', advice: expect.stringContaining('root:') }])
  const all = await look({})
  expect([all.findings.some(({ id }) => id.startsWith('backups.')), all.log.includes('mistake')]).toEqual([false, false])
})

test('half of what is usual warns', async () => {
  const here = await place()
  await writeFile(join(here.media, 'a'), 'x')
  await here.back()
  expect((await here.look()).find(({ id }) => id === 'backups.size')).toMatchObject({ status: 'warning' })
})

test('a copy that was not made warns, one that was is ok', async () => {
  const target = join((await temporaryFolder()).path, 'nas')
  const without = await place({ target })
  expect((await without.look()).find(({ id }) => id === 'backups.off-site')).toMatchObject({ status: 'warning' })
  await mkdir(target, { recursive: true })
  const having = await place({ target })
  expect((await having.look()).find(({ id }) => id === 'backups.off-site')).toMatchObject({ status: 'ok' })
  expect(existsSync(join(target, 'quiz-prod--media--media'))).toBe(true)
})

test('a root that is a file could not be looked at', async () => {
  const { path, look } = await place()
  await writeFile(join(path, 'file'), '')
  chmodSync(join(path, 'file'), 0o600)
  expect(await look(`root: ${join(path, 'file')}\n  kinds: [media]`)).toMatchObject([{ id: 'backups.age', status: 'unknown' }])
})
