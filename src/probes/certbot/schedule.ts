import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunProgram } from '../../contract/process.ts'
import type { Schedule, Starter } from '../../domain/certbot/lineage.ts'
import { isReadName, renewalsIn, renewCalls, type TableKind } from '../../domain/certbot/starters.ts'
import { readBounded } from '../files/read.ts'
import { grantCommand, type RightsAdvice } from './rights.ts'

/** Where to look: `root` is `/`, but for tests. */
export type ScheduleWorld = { readonly root: string; readonly run: RunProgram; readonly signal: AbortSignal; readonly grant?: RightsAdvice }

type Part = Schedule
const nothing: Part = { starters: [], blind: [] }

const timeoutMs = 5_000
const tableLimitBytes = 64 * 1024
const mostTables = 200

const timers = ['certbot.timer', 'certbot-renew.timer', 'snap.certbot.renew.timer']
const serviceOf = (timer: string): string => timer.replace(/timer$/, 'service')
const properties = ['Id', 'LoadState', 'ActiveState', 'ExecStart', 'ExecStartPost'].flatMap((name) => ['-p', name])

/** `systemctl show` of several units: blocks of `Key=value` lines, an empty line between them. */
export const parseUnits = (text: string): readonly Readonly<Record<string, string>>[] =>
  text
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(
        [...Map.groupBy(block.split('\n'), (line) => line.slice(0, Math.max(0, line.indexOf('='))))]
          .filter(([key]) => key !== '')
          // A property that may stand there several times is one text of several lines.
          .map(([key, lines]) => [key, lines.map((line) => line.slice(key.length + 1)).join('\n')]),
      ),
    )
    .filter((unit) => unit['Id'] !== undefined)

const hasSystemd = async (root: string): Promise<boolean> => (await readBounded(join(root, 'run/systemd/system'), 1)).kind === 'directory'

type Unit = ReturnType<typeof parseUnits>[number]

/** `{ path=/usr/bin/certbot ; argv[]=/usr/bin/certbot -q renew ; … }`, a line for each -> the text of a shell. */
const commandsIn = (text: string | undefined): string =>
  [...(text ?? '').matchAll(/argv\[\]=(.*?) ; /g)]
    // What a shell is given as one word stands there without its quotes.
    .map(([, command = '']) => command.replace(/^\S*\/(?:ba|da|a|z)?sh -\w*c /, ''))
    .join('\n')

const stateOf = (timer: Unit, service: Unit | undefined): Starter['state'] => {
  if (timer['LoadState'] === 'masked' || service?.['LoadState'] === 'masked') return 'masked'
  return timer['ActiveState'] === 'active' && service?.['LoadState'] !== 'not-found' ? 'active' : 'idle'
}

/** What its service says is what it starts; where that is not told, what such a timer starts everywhere. */
const starterOf = (timer: Unit, service: Unit | undefined): readonly Starter[] => {
  const [where, state, command] = [timer['Id'] ?? '', stateOf(timer, service), commandsIn(service?.['ExecStart'])]
  // A snap is started by a program of its own.
  if (command === '' || where.startsWith('snap.')) return [{ where, withHook: false, state }]
  const calls = renewCalls(`${command}\n${commandsIn(service?.['ExecStartPost'])}`)
  return calls.slice(0, 1).map(({ directory, withHook }) => ({ where, withHook, state, ...(directory === undefined ? {} : { directory }) }))
}

const systemTimers = async ({ run, signal }: ScheduleWorld): Promise<Part> => {
  const asked = ['show', '--no-pager', ...properties, ...timers, ...timers.map(serviceOf)]
  const finished = await run('systemctl', asked, { timeoutMs, signal, maxBytes: tableLimitBytes })
  if (finished.ended !== 'exit' || finished.exitCode !== 0)
    return { starters: [], blind: [{ place: 'the timers of systemd', advice: 'look at: systemctl list-timers --all' }] }
  const units = parseUnits(finished.stdout)
  const known = units.filter((unit) => timers.includes(unit['Id'] ?? '') && ['loaded', 'masked'].includes(unit['LoadState'] ?? ''))
  return {
    starters: known.flatMap((timer) =>
      starterOf(
        timer,
        units.find((unit) => unit['Id'] === serviceOf(timer['Id'] ?? '')),
      ),
    ),
    blind: [],
  }
}

/** Whether a cron daemon runs, by the names of the processes; not known where other users' processes are hidden. */
const cronState = async (root: string): Promise<Starter['state']> => {
  const processes = (await readdir(join(root, 'proc')).catch(() => [])).filter((name) => /^\d+$/.test(name))
  const names = await Promise.all(processes.slice(0, 10_000).map((pid) => readBounded(join(root, 'proc', pid, 'comm'), 64, { tail: true })))
  const texts = names.map((one) => (one.kind === 'file' ? one.bytes.toString('latin1').trim() : ''))
  if (texts.some((name) => /^(cron|crond|fcron|anacron|cronie|busybox)$/.test(name))) return 'active'
  return processes.includes('1') ? 'idle' : 'not-known'
}

type Table = { readonly where: string; readonly text: string; readonly kind: TableKind }

const startersOf = ({ where, text, kind }: Table, cron: Starter['state'], systemd: boolean): readonly Starter[] =>
  renewalsIn(text, kind, systemd).map(({ directory, withHook }) => ({
    where,
    withHook,
    state: cron,
    ...(directory === undefined ? {} : { directory }),
  }))

type Place = { readonly path: string; readonly where: string; readonly kind: TableKind }

const readTable = async ({ path, where, kind }: Place, grant: RightsAdvice = grantCommand): Promise<Table | Part> => {
  const read = await readBounded(path, tableLimitBytes)
  if (read.kind === 'file') return { where, text: read.bytes.toString('utf8'), kind }
  return read.kind === 'not-permitted' ? { starters: [], blind: [{ place: where, advice: grant('r', [path]) }] } : nothing
}

const folders: readonly (readonly [folder: string, kind: TableKind])[] = [
  ['etc/cron.d', 'system'],
  ['etc/cron.daily', 'script'],
  ['etc/cron.weekly', 'script'],
  ['etc/cron.hourly', 'script'],
]

/** For root, as which cron runs them: any of the three bits. */
const isExecutable = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile() && (found.mode & 0o111) !== 0,
    () => false,
  )

const placesIn = async (root: string, folder: string, kind: TableKind): Promise<readonly Place[]> => {
  const names = (await readdir(join(root, folder)).catch(() => [])).filter(isReadName)
  const places = names.slice(0, mostTables).map((name) => ({ path: join(root, folder, name), where: `/${folder}/${name}`, kind }))
  const runnable = await Promise.all(places.map(async ({ path }) => kind !== 'script' || isExecutable(path)))
  return places.filter((_, index) => runnable[index])
}

const systemTables = async (root: string): Promise<readonly Place[]> => {
  const inFolders = await Promise.all(folders.map(([folder, kind]) => placesIn(root, folder, kind)))
  return [{ path: join(root, 'etc/crontab'), where: '/etc/crontab', kind: 'system' }, ...inFolders.flat()]
}

/** Root's own table stands in a folder that nobody else may enter. */
const rootTable = async (root: string): Promise<Table | Part> => {
  const place = "root's crontab"
  for (const path of ['var/spool/cron/crontabs/root', 'var/spool/cron/root']) {
    const found = await readTable({ path: join(root, path), where: place, kind: 'user' })
    if ('text' in found) return found
    if (found.blind.length > 0) return { starters: [], blind: [{ place, advice: 'look at: sudo crontab -l' }] }
  }
  return nothing
}

const ownTable = async ({ run, signal }: ScheduleWorld): Promise<Table | Part> => {
  const finished = await run('crontab', ['-l'], { timeoutMs, signal, maxBytes: tableLimitBytes })
  // No such program, or no table of this user.
  if (finished.ended !== 'exit' || finished.exitCode !== 0) return nothing
  return { where: "the runner's crontab", text: finished.stdout, kind: 'user' }
}

/** What starts certbot by itself: timers of systemd, tables of cron. */
export const seeSchedule = async (world: ScheduleWorld): Promise<Schedule> => {
  const systemd = await hasSystemd(world.root)
  const places = await systemTables(world.root)
  const read = await Promise.all([...places.map((place) => readTable(place, world.grant)), rootTable(world.root), ownTable(world)])
  const tables = read.filter((one) => 'text' in one)
  const naming = tables.filter(({ text, kind }) => renewalsIn(text, kind, systemd).length > 0)
  const cron = naming.length === 0 ? 'not-known' : await cronState(world.root)
  const parts: readonly Part[] = [
    systemd ? await systemTimers(world) : nothing,
    ...read.filter((one) => 'starters' in one),
    { starters: naming.flatMap((table) => startersOf(table, cron, systemd)), blind: [] },
  ]
  return { starters: parts.flatMap((one) => one.starters), blind: parts.flatMap((one) => one.blind) }
}
