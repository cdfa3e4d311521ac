import { existsSync, Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { couldNotLook, type Obstacle, type Seen } from '../../../../contract/seen.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { CertbotFolder, LastRuns, Lineage, LinkName, LiveFolder } from '../../../../domain/certbot/lineage.ts'
import { seeCertbotFolder } from '../../../../probes/certbot/folder.ts'
import { seeLastRuns } from '../../../../probes/certbot/last-runs.ts'
import { grantCommand, type RightsAdvice, seeGrant } from '../../../../probes/certbot/rights.ts'
import { type ScheduleWorld, seeSchedule } from '../../../../probes/certbot/schedule.ts'
import type { CertOptions } from '../../options.ts'
import { type CertOutcome, type CertWorld, definePart } from '../../part.ts'
import { fileRules, judgePaths, matchedFiles } from '../files/look.ts'
import { type FileId, fileIds } from '../files/verdict.ts'
import { type CertbotFinding, type CertbotId, certbotIds, type LetsencryptSubject, told, unseen } from './about.ts'
import { judgeAutomation } from './automation.ts'
import { dryRun } from './dry-run.ts'
import { judgeLinks } from './links.ts'
import { judgeFullchain, judgeKey } from './pairs.ts'
import { judgeConf, judgeRenewal } from './renewal.ts'

const defaultDirectory = '/etc/letsencrypt'
const defaultLogs = '/var/log/letsencrypt'

type Looked = CertOutcome<CertbotId | FileId>

const nothingThere = (directory: string, asked: boolean): Looked => ({
  completed: asked,
  certificates: [],
  findings: asked
    ? [
        told({
          id: 'certbot.lineages',
          subject: directory,
          status: 'ok',
          title: 'certbot: no lineages',
          observed: `0 lineages in ${directory}`,
          expected: 'any number of lineages that can be read',
        }),
      ]
    : [],
})

const countFinding = ({ directory, lineages }: CertbotFolder): CertbotFinding =>
  told({
    id: 'certbot.lineages',
    subject: directory,
    status: 'ok',
    title: `certbot: ${lineages.length === 1 ? '1 lineage' : `${lineages.length} lineages`}`,
    observed: `${lineages.length} in ${directory}`,
    expected: 'any number of lineages that can be read',
  })

/** Certbot writes its own log folder into each configuration, where it is not the usual one. */
const logsOf = ({ lineages, directory }: CertbotFolder): string | undefined =>
  lineages.map((one) => (one.conf?.seen ? one.conf.value.parameters['logs_dir'] : undefined)).find((one) => one?.startsWith('/')) ??
  (resolve(directory) === defaultDirectory ? defaultLogs : undefined)

/** What renews another folder than the host's writes elsewhere. */
const lastRunsOf = async (folder: CertbotFolder, world: ScheduleWorld): Promise<Seen<LastRuns>> => {
  const logs = logsOf(folder)
  if (logs !== undefined) return seeLastRuns(logs, world)
  return couldNotLook(
    `where what renews ${folder.directory} writes its log is not known`,
    'look at what renews it: a container has a log of its own',
  )
}

/** What is not there is told by certbot.links alone. */
const isThere = ({ links }: LiveFolder, ...names: readonly LinkName[]): boolean =>
  names.every((name) => links[name].kind !== 'absent' && links[name].kind !== 'dangling')

/** One finding says that a folder may not be read; the others would only repeat it. */
const judgeLineage = (lineage: Lineage, about: LetsencryptSubject): readonly CertbotFinding[] => {
  const { live } = lineage
  const ofFiles = live.seen
    ? [
        ...(isThere(live.value, 'cert') ? [judgeKey(lineage, live.value, about)] : []),
        ...(isThere(live.value, 'cert', 'chain', 'fullchain') ? [judgeFullchain(lineage, live.value, about)] : []),
        ...(isThere(live.value, 'cert') ? judgeRenewal(lineage, live.value, about) : []),
      ]
    : []
  return [judgeConf(lineage, about), judgeLinks(lineage, about), ...ofFiles]
}

type Known = LetsencryptSubject & { readonly grant: RightsAdvice }

/** The certificates themselves, those left out that `files` has judged. */
const judgeCertificates = async (lineages: readonly Lineage[], options: CertOptions, { now, grant }: Known) => {
  const { paths } = await matchedFiles(options.files)
  const elsewhere = new Set(paths)
  const whole = lineages.flatMap((one) => (one.live.seen && isThere(one.live.value, 'fullchain') ? [{ ...one, live: one.live.value }] : []))
  const wanted = whole.filter((one) => !elsewhere.has(one.path))
  const lineageOf = new Map(whole.map(({ path, name, live }) => [path, { name, earlier: new Set(live.earlier) }]))
  const renew = (path: string) =>
    shellCommand(['sudo', 'certbot', 'renew', '--cert-name', { kind: 'host', name: lineageOf.get(path)?.name ?? '' }])
  const verdicts = await judgePaths(
    wanted.map(({ path, live }) => ({ path, from: live.fullchainFile })),
    { ...(await fileRules(options, { now, grant })), doubt: 'ok', renew },
  )
  return verdicts.map((one) => ({ ...one, onDisk: one.onDisk.map((file) => ({ ...file, lineage: lineageOf.get(file.path) })) }))
}

const look = async (folder: CertbotFolder, options: CertOptions, { context }: CertWorld, about: Known): Promise<Looked> => {
  const world: ScheduleWorld = { root: '/', run: context.runProgram, signal: context.signal, grant: about.grant }
  const [schedule, runs, judged] = await Promise.all([
    seeSchedule(world),
    lastRunsOf(folder, world),
    judgeCertificates(folder.lineages, options, about),
  ])
  const tried = options['renew-dry-run'] ? [await dryRun(runs, options, context, about)] : []
  const findings = [
    countFinding(folder),
    ...folder.lineages.flatMap((one) => judgeLineage(one, about)),
    ...judgeAutomation(folder, { schedule, runs }, about),
    ...tried,
    ...judged.flatMap((one) => one.findings),
  ]
  return {
    completed: folder.lineages.every((one) => one.live.seen && one.conf?.seen !== false),
    findings,
    certificates: judged.flatMap((one) => one.rows),
    onDisk: judged.flatMap((one) => one.onDisk),
  }
}

const closed = (directory: string, seen: Obstacle, asked: boolean): Looked => ({
  completed: false,
  findings: [unseen({ id: 'certbot.lineages', subject: directory }, seen, asked)],
  certificates: [],
})

/** What was named and is no folder cannot be looked at; undefined where one stands. */
const seeFolder = async (directory: string): Promise<Obstacle | undefined> => {
  const found = await stat(directory).catch((error: unknown) => error)
  const code = Error.isError(found) && 'code' in found ? found.code : undefined
  const advice = 'correct `letsencrypt`, or mount what belongs there'
  if (code === 'ENOENT') return { cause: `nothing stands at ${directory}`, advice }
  const isFile = code === 'ENOTDIR' || (found instanceof Stats && !found.isDirectory())
  return isFile ? { cause: `no folder stands at ${directory}`, advice } : undefined
}

const run = async (options: CertOptions, world: CertWorld): Promise<Looked> => {
  const { context, startedAt } = world
  const directory = options.letsencrypt || defaultDirectory
  const asked = options.letsencrypt !== undefined
  const grant = existsSync(directory) ? await seeGrant(context.runProgram, context.signal) : grantCommand
  const stands = await seeFolder(directory)
  if (asked && stands !== undefined) return closed(directory, stands, asked)
  const about = { directory, asked, now: startedAt, renewalPeriodMs: options['renewal-period'], grant }
  const seen = await seeCertbotFolder(directory, grant)
  if (!seen.seen) return closed(directory, seen, asked)
  if (seen.value.lineages.length === 0) return nothingThere(directory, asked)
  return look(seen.value, options, world, about)
}

export const part = definePart({
  name: 'letsencrypt',
  description: 'What certbot looks after: its lineages, and whether they are renewed.',
  order: 40,
  options: {},
  configured: ({ letsencrypt }) => letsencrypt !== false,
  ids: [...certbotIds, ...fileIds],
  run,
})
