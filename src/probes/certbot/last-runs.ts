import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import type { LastRuns } from '../../domain/certbot/lineage.ts'
import { parseRunLog } from '../../domain/certbot/run-log.ts'
import { readBounded } from '../files/read.ts'
import { grantCommand, type RightsAdvice } from './rights.ts'
import { parseUnits, type ScheduleWorld } from './schedule.ts'

const tailBytes = 1024 * 1024
/** Certbot alone writes one file a start; a renewal is near among `certificates` and other starts. */
const mostFiles = 8

const isLog = /^letsencrypt\.log(?:\.(\d{1,4}))?$/

/** `letsencrypt.log` is the newest, then `.1`, `.2`, …; packed ones are older than anything that matters. */
const order = (name: string): number => Number(isLog.exec(name)?.[1] ?? 0)

const units = ['certbot.service', 'certbot-renew.service', 'snap.certbot.renew.service']

/** What systemd tells everybody about the last run; hooks that failed are not in it. */
const ofSystemd = async ({ run, signal }: ScheduleWorld): Promise<LastRuns | undefined> => {
  const wanted = ['Id', 'LoadState', 'Result', 'ExecMainStatus', 'ExecMainExitTimestamp'].flatMap((name) => ['-p', name])
  const finished = await run('systemctl', ['show', '--no-pager', '--timestamp=unix', ...wanted, ...units], { timeoutMs: 5_000, signal })
  if (finished.ended !== 'exit' || finished.exitCode !== 0) return undefined
  const ran = parseUnits(finished.stdout).find((unit) => /^@\d+$/.test(unit['ExecMainExitTimestamp'] ?? ''))
  if (ran === undefined) return undefined
  const [unit = '', status = ''] = [ran['Id'], ran['ExecMainStatus']]
  const at = Number((ran['ExecMainExitTimestamp'] ?? '').slice(1)) * 1_000
  return { from: 'systemd', unit, at, succeeded: ran['Result'] === 'success', cause: `ended with exit code ${status}` }
}

const codeOf = (error: unknown): unknown => (Error.isError(error) && 'code' in error ? error.code : undefined)

const ofLog = async (folder: string, grant: RightsAdvice): Promise<Seen<LastRuns>> => {
  try {
    const names = (await readdir(folder)).filter((name) => isLog.test(name)).toSorted((a, b) => order(a) - order(b))
    const files = await Promise.all(
      names.slice(0, mostFiles).map(async (name) => readBounded(join(folder, name), tailBytes, { tail: true })),
    )
    if (files.some((one) => one.kind === 'not-permitted'))
      return couldNotLook(
        `the log of certbot in ${folder} may not be read`,
        grant(
          'r',
          names.slice(0, 1).map((name) => join(folder, name)),
        ),
      )
    const runs = files.flatMap((one) => (one.kind === 'file' ? parseRunLog(one.bytes.toString('utf8')) : []))
    const path = join(folder, 'letsencrypt.log')
    return saw({ from: 'log', path, runs: runs.toSorted((a, b) => a.at - b.at) }, Date.now())
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? couldNotLook(`there is no log of certbot in ${folder}`, 'its first run on this server writes one')
      : couldNotLook(`the log of certbot in ${folder} may not be read`, grant('rx', [folder]))
  }
}

/** The renewals that the log in `folder` tells of; where it may not be read, what systemd remembers of the last one. */
export const seeLastRuns = async (folder: string, world: ScheduleWorld): Promise<Seen<LastRuns>> => {
  const log = await ofLog(folder, world.grant ?? grantCommand)
  if (log.seen) return log
  const remembered = await ofSystemd(world)
  return remembered === undefined ? log : saw(remembered, Date.now())
}
