import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Finished } from '../../../src/contract/process.ts'
import { seeSchedule } from '../../../src/probes/certbot/schedule.ts'
import { temporaryFolder } from '../../support/ronde.ts'
import { asStranger } from '../../support/stranger.ts'

const debian =
  "0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew --no-random-sleep-on-renew\n"
const guide = '0 12,23 * * * /usr/bin/certbot renew --quiet --deploy-hook "systemctl reload nginx"\n'

const ended = (stdout: string, exitCode = 0): Finished => ({ ended: 'exit', exitCode, stdout, stderr: '', truncated: false, durationMs: 1 })
const unit = (id: string, state: string, load = 'loaded') => `Id=${id}\nLoadState=${load}\nActiveState=${state}\n`

const service = (command: string) =>
  `Id=certbot.service\nLoadState=loaded\nActiveState=inactive\nExecStart={ path=/usr/bin/certbot ; argv[]=/usr/bin/${command} ; ignore_errors=no ; status=0/0 }\n`

type World = {
  readonly executable?: readonly string[]
  readonly files: Readonly<Record<string, string>>
  readonly units?: string
  readonly crontab?: string
}

/** Looks at a server that stands in a folder; what `systemctl` and `crontab` would say is given. */
const look = async ({ files, units, crontab, executable = [] }: World, mode = 0o755) => {
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o755)
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder.path, path)
    await mkdir(text === '' ? target : dirname(target), { recursive: true })
    if (text !== '') await writeFile(target, text)
    if (mode !== 0o755) await chmod(dirname(target), mode)
  }
  await Promise.all(executable.map((path) => chmod(join(folder.path, path), 0o755)))
  const run = async (program: string) => {
    const said = program === 'systemctl' ? units : crontab
    return said === undefined ? ended('', 1) : ended(said)
  }
  const see = () => seeSchedule({ root: folder.path, run, signal: new AbortController().signal })
  const seen = await (mode === 0o755 ? see() : asStranger(see))
  await Promise.all(Object.keys(files).map((path) => chmod(dirname(join(folder.path, path)), 0o755)))
  return seen
}

const systemd = { 'run/systemd/system': '' }
const cron = { 'proc/1/comm': 'init\n', 'proc/77/comm': 'cron\n' }
const noCron = { 'proc/1/comm': 'init\n' }

describe('what starts certbot', () => {
  test.each<[string, World, object]>([
    ['nothing at all', { files: {} }, { starters: [], blind: [] }],
    [
      'a timer of systemd',
      { files: systemd, units: `${unit('certbot.timer', 'active')}\n${unit('snap.certbot.renew.timer', 'inactive', 'not-found')}` },
      { starters: [{ where: 'certbot.timer', withHook: false, state: 'active' }], blind: [] },
    ],
    [
      'a timer that is off',
      { files: systemd, units: unit('certbot.timer', 'inactive') },
      { starters: [{ where: 'certbot.timer', withHook: false, state: 'idle' }], blind: [] },
    ],
    [
      "Debian's table of cron, where no systemd runs",
      { files: { ...cron, 'etc/cron.d/certbot': debian } },
      { starters: [{ where: '/etc/cron.d/certbot', withHook: false, state: 'active' }], blind: [] },
    ],
    [
      "Debian's table where systemd runs and the timer is off",
      { files: { ...systemd, ...cron, 'etc/cron.d/certbot': debian }, units: unit('certbot.timer', 'inactive') },
      { starters: [{ where: 'certbot.timer', withHook: false, state: 'idle' }], blind: [] },
    ],
    [
      'a table that no cron reads',
      { files: { ...noCron, 'etc/cron.d/certbot': debian } },
      { starters: [{ where: '/etc/cron.d/certbot', withHook: false, state: 'idle' }], blind: [] },
    ],
    [
      "the guide's line in root's crontab, with its hook",
      { files: { ...cron, 'var/spool/cron/crontabs/root': `# certbot\n${guide}` } },
      { starters: [{ where: "root's crontab", withHook: true, state: 'active' }], blind: [] },
    ],
    [
      "the same line in the runner's crontab",
      { files: cron, crontab: guide },
      { starters: [{ where: "the runner's crontab", withHook: true, state: 'active' }], blind: [] },
    ],
    [
      'a masked timer, beside the table that leaves it to systemd',
      { files: { ...systemd, ...cron, 'etc/cron.d/certbot': debian }, units: unit('certbot.timer', 'inactive', 'masked') },
      { starters: [{ where: 'certbot.timer', withHook: false, state: 'masked' }], blind: [] },
    ],
    [
      'a timer whose service is masked',
      { files: systemd, units: `${unit('certbot.timer', 'active')}\n${unit('certbot.service', 'inactive', 'masked')}` },
      { starters: [{ where: 'certbot.timer', withHook: false, state: 'masked' }], blind: [] },
    ],
    [
      'a timer whose service starts a shell',
      { files: systemd, units: `${unit('certbot.timer', 'active')}\n${service('sh -c sleep 3 && certbot renew && nginx -s reload')}` },
      { starters: [{ where: 'certbot.timer', withHook: true, state: 'active' }], blind: [] },
    ],
    [
      'a timer whose service only tries',
      { files: systemd, units: `${unit('certbot.timer', 'active')}\n${service('certbot renew --dry-run')}` },
      { starters: [], blind: [] },
    ],
    [
      'a timer whose service renews another folder, and reloads',
      { files: systemd, units: `${unit('certbot.timer', 'active')}\n${service('certbot renew --config-dir /opt/c --deploy-hook x')}` },
      { starters: [{ where: 'certbot.timer', withHook: true, state: 'active', directory: '/opt/c' }], blind: [] },
    ],
    [
      'names that cron does not read',
      { files: { ...cron, 'etc/cron.d/certbot.disabled': '0 3 * * * root certbot -q renew\n', 'etc/cron.d/le~': debian } },
      { starters: [], blind: [] },
    ],
    [
      'a script that run-parts cannot execute',
      { files: { ...cron, 'etc/cron.daily/certbot': '#!/bin/sh\ncertbot -q renew\n' } },
      { starters: [], blind: [] },
    ],
    [
      'a script that it can',
      { files: { ...cron, 'etc/cron.daily/certbot': '#!/bin/sh\ncertbot -q renew\n' }, executable: ['etc/cron.daily/certbot'] },
      { starters: [{ where: '/etc/cron.daily/certbot', withHook: false, state: 'active' }], blind: [] },
    ],
    [
      'a backup of the folder, by somebody who is called so',
      {
        files: {
          ...cron,
          'etc/cron.d/backup': 'MAILTO=certbot@quiz.example\n30 2 * * * root tar czf /var/backups/le.tgz /etc/letsencrypt\n',
        },
      },
      { starters: [], blind: [] },
    ],
    ['a line that is a comment', { files: { ...cron, 'etc/crontab': `# ${guide}` } }, { starters: [], blind: [] }],
    [
      'systemd that does not answer',
      { files: systemd },
      { starters: [], blind: [{ place: 'the timers of systemd', advice: 'look at: systemctl list-timers --all' }] },
    ],
  ])('%s', async (_what, world, expected) => {
    expect(await look(world)).toEqual(expected)
  })

  test("root's crontab that may not be read is a blind spot, with the command to look", async () => {
    const seen = await look({ files: { 'var/spool/cron/crontabs/root': guide } }, 0o700)
    expect(seen).toEqual({ starters: [], blind: [{ place: "root's crontab", advice: 'look at: sudo crontab -l' }] })
  })
})
