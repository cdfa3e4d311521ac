import type { JudgedFinding } from '../../../../contract/finding.ts'
import type { Seen } from '../../../../contract/seen.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { CertbotFolder, LastRuns, Schedule, Starter } from '../../../../domain/certbot/lineage.ts'
import type { CertbotRun } from '../../../../domain/certbot/run-log.ts'
import { type CertbotFinding, type LetsencryptSubject, told, unseen } from './about.ts'
import { judgeHook, startersFor } from './hook.ts'

const dayMs = 86_400_000
/** Certbot's own timer runs twice a day; a week without a run is no delay any more. */
const longestSilenceMs = 8 * dayMs

const wakeCommand = ({ where, state }: Starter): string => {
  if (!where.endsWith('.timer')) return 'start the cron service'
  const unmask = `sudo systemctl unmask ${where} ${where.replace(/timer$/, 'service')} && `
  return `run: ${state === 'masked' ? unmask : ''}sudo systemctl enable --now ${where}`
}

/** A timer or a cron line starts certbot by itself. */
export const judgeTimer = (schedule: Schedule, { directory }: LetsencryptSubject): CertbotFinding => {
  const { blind } = schedule
  const starters = startersFor(schedule, directory)
  const shared = { id: 'certbot.timer', subject: directory, expected: 'a timer or a cron line that runs certbot renew' } as const
  const active = starters.find((one) => one.state === 'active') ?? starters.find((one) => one.state === 'not-known')
  if (active !== undefined)
    return told({ ...shared, status: 'ok', title: 'certbot: starts by itself', observed: `started by ${active.where}` })
  const place = blind[0]
  if (place !== undefined) return unseen(shared, { cause: `${place.place} may not be read`, advice: place.advice }, false)
  const idle = starters[0]
  if (idle === undefined)
    return unseen(
      shared,
      { cause: 'no timer and no cron line of this server starts certbot', advice: 'look at what renews it: a container, or nobody' },
      false,
    )
  return told({
    ...shared,
    status: 'warning',
    title: 'certbot: nothing starts it',
    observed:
      idle.state === 'masked' ? `${idle.where} is masked, so that systemd never runs it` : `${idle.where} is there, and nothing runs it`,
    advice: wakeCommand(idle),
  })
}

const outcomeWords: Record<CertbotRun['outcome'], string> = {
  renewed: 'renewed',
  'nothing-due': 'nothing was due',
  failed: 'failed',
  unfinished: 'not finished',
}

const lookCommand = (path: string): string => {
  const command = shellCommand(['sudo', 'less', { kind: 'path', name: path }])
  return command === undefined ? 'look at the log of certbot' : `look at it: ${command}`
}

const failureWords = ({ failures }: CertbotRun): string =>
  failures.length === 0 ? 'it ended with an error' : failures.map(({ lineage, cause }) => `${lineage}: ${cause}`).join('; ')

type Told = Pick<JudgedFinding, 'status' | 'notChecked' | 'title' | 'observed' | 'advice'>

/** One failure is news of the network; several in a row are no accident. */
const criticalFailures = 3

const failedRun = (runs: readonly CertbotRun[], last: CertbotRun, ago: string): Omit<Told, 'advice'> => {
  const inRow = runs.length - 1 - runs.findLastIndex((one) => one.outcome === 'renewed' || one.outcome === 'nothing-due')
  return {
    status: inRow >= criticalFailures ? 'critical' : 'warning',
    title: inRow > 1 ? `certbot: its last ${inRow} runs failed` : 'certbot: its last run failed',
    observed: `${ago}: ${failureWords(last)}`,
  }
}

/** Certbot exits 0 when a hook fails, and its log has but a warning: the last run that did renew tells. */
const failedHook = (runs: readonly CertbotRun[], now: number): Omit<Told, 'advice'> | undefined => {
  const renewed = runs.findLast((one) => one.outcome === 'renewed' || one.hooks.length > 0)
  const hook = renewed?.hooks[0]
  if (renewed === undefined || hook === undefined) return undefined
  const ago = `${formatDuration(now - renewed.at)} ago`
  return {
    status: 'warning',
    title: `certbot: its ${hook.kind} failed`,
    observed: `${ago} the ${hook.kind} ended with exit code ${hook.exitCode}; certbot itself exits 0 then`,
  }
}

const judgeRuns = (all: readonly CertbotRun[], path: string, now: number): Told => {
  const runs = all.filter((one) => !one.dryRun && one.outcome !== 'unfinished')
  const last = runs.at(-1)
  const advice = lookCommand(path)
  if (last === undefined) return { status: 'ok', title: 'certbot: no renewal yet', observed: `no renewal in ${path}`, advice: '' }
  const ago = `${formatDuration(now - last.at)} ago`
  if (last.outcome === 'failed') return { ...failedRun(runs, last, ago), advice }
  const hook = failedHook(runs, now)
  if (hook !== undefined) return { ...hook, advice: `reload the web server by hand, then mend the hook; ${advice}` }
  if (now - last.at > longestSilenceMs)
    return {
      status: 'warning',
      title: 'certbot: no run for long',
      observed: `its last run was ${ago}`,
      advice: 'look at what starts it: systemctl list-timers; sudo crontab -l',
    }
  return { status: 'ok', title: 'certbot: its last run succeeded', observed: `${ago}: ${outcomeWords[last.outcome]}`, advice: '' }
}

const judgeRemembered = ({ at, succeeded, unit, cause }: Extract<LastRuns, { from: 'systemd' }>, now: number): Told => {
  const ago = `${formatDuration(now - at)} ago`
  return succeeded
    ? {
        status: 'ok',
        title: 'certbot: its last run succeeded',
        observed: `${unit} ended well, ${ago}`,
        notChecked: 'whether its hooks succeeded, for only the log tells that',
        advice: '',
      }
    : {
        status: 'warning',
        title: 'certbot: its last run failed',
        observed: `${unit} ${cause}, ${ago}`,
        advice: `look at it: sudo journalctl -u ${unit}`,
      }
}

/** The last renewal in the log, or the last result of the service, was good. */
export const judgeLastRun = (seen: Seen<LastRuns>, { directory, now }: LetsencryptSubject): CertbotFinding => {
  const shared = { id: 'certbot.last-run', subject: directory, expected: 'a last run without failures, at most 8 days ago' } as const
  if (!seen.seen) return unseen(shared, seen, false)
  const { value } = seen
  const words = value.from === 'log' ? judgeRuns(value.runs, value.path, now) : judgeRemembered(value, now)
  return told({ ...shared, ...words })
}

/** What of a folder concerns all lineages. */
export const judgeAutomation = (
  folder: CertbotFolder,
  around: { readonly schedule: Schedule; readonly runs: Seen<LastRuns> },
  about: LetsencryptSubject,
): readonly CertbotFinding[] => [
  ...folder.lineages
    .filter((one) => one.conf !== undefined)
    .map((one) => judgeHook(one, { sharedHooks: folder.sharedHooks, postHooks: folder.postHooks, schedule: around.schedule }, about)),
  judgeTimer(around.schedule, about),
  judgeLastRun(around.runs, about),
]
