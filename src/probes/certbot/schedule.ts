import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunProgram } from '../../contract/process.ts'
import type { Schedule, Starter } from '../../domain/certbot/lineage.ts'
import { readBounded } from '../files/read.ts'
import { grantCommand, type RightsAdvice } from './rights.ts'

/** Where to look: `root` is `/`, but for tests. */
export type ScheduleWorld = { readonly root: string; readonly run: RunProgram; readonly signal: AbortSignal; readonly grant?: RightsAdvice }

type Part = Schedule
const nothing: Part = { starters: [], blind: [] }

const timeoutMs = 5_000
const tableLimitBytes = 64 * 1024
const mostTables = 200

const callsCertbot = /\b(?:certbot|certbot-auto|letsencrypt)\b/
const namesHook = /--(?:deploy|renew|post)-hook\b/
/** Debian's own table: where systemd runs, it leaves the work to the timer. */
const leavesItToSystemd = /! -d \/run\/systemd\/system|\\! -d \/run\/systemd/

const timers = ['certbot.timer', 'certbot-renew.timer', 'snap.certbot.renew.timer']

/** `systemctl show` of several units: blocks of `Key=value` lines, an empty line between them. */
export const parseUnits = (text: string): readonly Readonly<Record<string, string>>[] =>
  text
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').flatMap((line) => {
          const at = line.indexOf('=')
          return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : []
        }),
      ),
    )
    .filter((unit) => unit['Id'] !== undefined)

const hasSystemd = async (root: string): Promise<boolean> => (await readBounded(join(root, 'run/systemd/system'), 1)).kind === 'directory'

const systemTimers = async ({ run, signal }: ScheduleWorld): Promise<Part> => {
  const asked = ['show', '--no-pager', '-p', 'Id', '-p', 'LoadState', '-p', 'ActiveState', ...timers]
  const finished = await run('systemctl', asked, { timeoutMs, signal, maxBytes: tableLimitBytes })
  if (finished.ended !== 'exit' || finished.exitCode !== 0)
    return { starters: [], blind: [{ place: 'the timers of systemd', advice: 'look at: systemctl list-timers --all' }] }
  const known = parseUnits(finished.stdout).filter((unit) => unit['LoadState'] === 'loaded')
  const starters = known.map(
    (unit): Starter => ({
      where: unit['Id'] ?? '',
      withHook: false,
      state: unit['ActiveState'] === 'active' ? 'active' : 'idle',
    }),
  )
  return { starters, blind: [] }
}

/** Whether a cron daemon runs, by the names of the processes; not known where other users' processes are hidden. */
const cronState = async (root: string): Promise<Starter['state']> => {
  const processes = (await readdir(join(root, 'proc')).catch(() => [])).filter((name) => /^\d+$/.test(name))
  const names = await Promise.all(processes.slice(0, 10_000).map((pid) => readBounded(join(root, 'proc', pid, 'comm'), 64, { tail: true })))
  const texts = names.map((one) => (one.kind === 'file' ? one.bytes.toString('latin1').trim() : ''))
  if (texts.some((name) => /^(cron|crond|fcron|anacron|cronie|busybox)$/.test(name))) return 'active'
  return processes.includes('1') ? 'idle' : 'not-known'
}

type Table = { readonly where: string; readonly text: string }

/** Lines that start certbot; what stands behind `#` starts nothing. */
const callsOf = (text: string): readonly string[] => text.split('\n').filter((line) => callsCertbot.test(line.split('#', 1)[0] ?? ''))

const startersOf = ({ where, text }: Table, cron: Starter['state'], systemd: boolean): readonly Starter[] =>
  callsOf(text)
    .filter((line) => !(systemd && leavesItToSystemd.test(line)))
    .map((line) => ({ where, withHook: namesHook.test(line), state: cron }))

const readTable = async (path: string, where: string, grant: RightsAdvice = grantCommand): Promise<Table | Part> => {
  const read = await readBounded(path, tableLimitBytes)
  if (read.kind === 'file') return { where, text: read.bytes.toString('utf8') }
  return read.kind === 'not-permitted' ? { starters: [], blind: [{ place: where, advice: grant('r', [path]) }] } : nothing
}

const folders = ['etc/cron.d', 'etc/cron.daily', 'etc/cron.weekly', 'etc/cron.hourly']

const systemTables = async (root: string): Promise<readonly string[]> => {
  const inFolders = await Promise.all(
    folders.map(async (folder) => (await readdir(join(root, folder)).catch(() => [])).map((name) => `${folder}/${name}`)),
  )
  return ['etc/crontab', ...inFolders.flat().slice(0, mostTables)]
}

/** Root's own table stands in a folder that nobody else may enter. */
const rootTable = async (root: string): Promise<Table | Part> => {
  const place = "root's crontab"
  for (const path of ['var/spool/cron/crontabs/root', 'var/spool/cron/root']) {
    const found = await readTable(join(root, path), place)
    if ('text' in found) return found
    if (found.blind.length > 0) return { starters: [], blind: [{ place, advice: 'look at: sudo crontab -l' }] }
  }
  return nothing
}

const ownTable = async ({ run, signal }: ScheduleWorld): Promise<Table | Part> => {
  const finished = await run('crontab', ['-l'], { timeoutMs, signal, maxBytes: tableLimitBytes })
  // No such program, or no table of this user.
  if (finished.ended !== 'exit' || finished.exitCode !== 0) return nothing
  return { where: "the runner's crontab", text: finished.stdout }
}

/** What starts certbot by itself: timers of systemd, tables of cron. */
export const seeSchedule = async (world: ScheduleWorld): Promise<Schedule> => {
  const systemd = await hasSystemd(world.root)
  const paths = await systemTables(world.root)
  const read = await Promise.all([
    ...paths.map((path) => readTable(join(world.root, path), `/${path}`, world.grant)),
    rootTable(world.root),
    ownTable(world),
  ])
  const tables = read.filter((one) => 'text' in one)
  const naming = tables.filter(({ text }) => callsOf(text).length > 0)
  const cron = naming.length === 0 ? 'not-known' : await cronState(world.root)
  const parts: readonly Part[] = [
    systemd ? await systemTimers(world) : nothing,
    ...read.filter((one) => 'starters' in one),
    { starters: naming.flatMap((table) => startersOf(table, cron, systemd)), blind: [] },
  ]
  return { starters: parts.flatMap((one) => one.starters), blind: parts.flatMap((one) => one.blind) }
}
