import { mkdir } from 'node:fs/promises'
import { z } from 'zod'
import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { planFact, planOf } from '../../contract/plan.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { UserError } from '../../contract/user-error.ts'
import { absolutePath } from '../../core/options/common.ts'
import { list } from '../../core/options/list.ts'
import { idsOfParts } from '../../core/parts.ts'
import { runPartsInTurn } from '../../core/run-parts.ts'
import { beginSteps } from '../../core/steps.ts'
import { isPublicKey, newSigningKey, signingKeyFile } from '../../domain/backup/signing.ts'
import { seeStored } from '../../probes/backup/stored.ts'
import { prepareRoot } from '../../tools/backup-folder.ts'
import { encryptionOf, encryptOptions } from './encrypt-options.ts'
import { dropExpired, plannedDrops } from './expired.ts'
import { hookOptions, runHooks } from './hooks.ts'
import { keepOptions } from './keep-options.ts'
import { locateDatabase } from './locate.ts'
import { accept } from './marks.ts'
import { offSiteOption } from './off-site-options.ts'
import type { BackupSite } from './part.ts'
import { partOptions, parts } from './parts.generated.ts'
import { recover } from './recover.ts'
import { type RanKind, reportOf } from './report.ts'
import { judgeTrust, keysBeside, showPublicKey } from './root-key.ts'
import { type BackupWorld, backupSteps } from './steps.ts'
import { knownKeys, plannedPrune, tendBackups } from './tend.ts'
import { writeRestoreAdvice } from './write-advice.ts'

const publicKey = () => z.string().refine((pem) => isPublicKey(pem), 'is no Ed25519 public key as PEM')

const names = parts.map(({ name }) => name)

const options = {
  root: absolutePath().meta({ description: 'Folder of the backups, mode 0700; best on another disk than the database.' }),
  kinds: list(z.enum(names), { uniqueBy: (name) => name })
    .default(['database'])
    .meta({ description: 'What to back up.' }),
  ...keepOptions,
  ...encryptOptions,
  ...hookOptions,
  'off-site': offSiteOption,
  'trusted-keys': list(publicKey())
    .default([])
    .meta({ description: 'Public halves of the keys whose backups count, as PEM: of this server, and of the one before a rebuild.' }),
  ...partOptions,
}
const reads = ['compose', 'database'] as const

type Options = ActionOptions<typeof options, (typeof reads)[number]>

const hourMs = 3_600_000
const longestHours = 6

const unfinished = (kind: string, { cause, advice }: Obstacle) =>
  finding({
    id: 'backup.unfinished',
    subject: `kind/${kind}`,
    status: 'unknown',
    title: `${kind} was not backed up`,
    observed: cause,
    expected: 'a backup',
    advice,
    audience: 'technical',
  })

const siteOf = async (context: Context, given: Options): Promise<BackupSite> => {
  const { root } = given
  const encryption = await encryptionOf(given, context)
  if ('cause' in encryption) throw new UserError(`encrypt: ${encryption.cause}; ${encryption.advice}`)
  const database = await locateDatabase(context)
  const world: BackupWorld = {
    runProgram: context.runProgram,
    progress: context.progress,
    target: async () => ('target' in database ? database.target : undefined),
    make: async (path) => {
      await mkdir(path, { mode: 0o700 })
    },
    compose: context.compose,
  }
  const signingKey = context.keptSecret(signingKeyFile, newSigningKey)
  const keys = knownKeys(signingKey, given)
  const before = await seeStored(root, keys)
  const stored = (await accept(given.accept, before)) ? await seeStored(root, keys) : before
  return { context, root, signingKey, database, steps: beginSteps(backupSteps, world, context.ledger), world, encryption, stored }
}

const runKinds = async (given: Options, site: BackupSite): Promise<readonly RanKind[]> => {
  const planned = parts
    .filter(({ name }) => given.kinds.includes(name))
    .map((part) => ({ part: { group: 'backup', ...part }, run: () => part.run(given, site, true) }))
  const ran: RanKind[] = []
  for await (const one of runPartsInTurn(planned, { signal: site.context.signal, unfinished })) ran.push(one)
  return ran
}

/** `post` when all went well, `on-error` otherwise. */
const laterHooks = (given: Options, context: Context, findings: readonly JudgedFinding[]) =>
  runHooks(given, findings.some(({ status }) => status === 'critical' || status === 'unknown') ? 'on-error' : 'post', context)

/** Nothing is made: not even the folder. */
const planned = async (given: Options, context: Context) => {
  const database = await locateDatabase(context)
  const subject = 'target' in database ? `database/${database.target.database}` : 'database'
  const made = given.kinds.map((kind) => ({ does: 'back up', subject: `${kind} of ${subject} into ${given.root}`, bytes: 0 }))
  const pruned = await plannedPrune(given, { root: given.root, context }, await keysBeside(given.root))
  const plan = planOf([...made, ...pruned, ...(await plannedDrops({ context, database }))])
  const would = finding({
    id: 'backup.verified',
    subject,
    status: 'ok',
    notChecked: 'a dry run makes no backup',
    title: `${subject}: would be backed up`,
    observed: given.kinds.join(', '),
    expected: given.root,
    audience: 'technical',
  })
  return {
    ...reportOf([], { findings: ['findings' in database ? database.findings : [would]].flat() }, given),
    scope: ['plan'],
    facts: { plan: planFact(plan) },
  }
}

const run = async (given: Options, context: Context) => {
  if (context.dryRun) return planned(given, context)
  const fault = await prepareRoot(given.root)
  if (fault !== undefined) throw new UserError(`root: ${fault.cause}; ${fault.advice}`)
  const site = await siteOf(context, given)
  const keys = [...(await showPublicKey(given.root, site.signingKey)), ...judgeTrust(site.signingKey, given['trusted-keys'])]
  const refused = await runHooks(given, 'pre', context)
  const ran = refused.length === 0 ? await runKinds(given, site) : []
  if (ran.some(({ outcome }) => (outcome?.backups ?? []).length > 0)) await writeRestoreAdvice(site)
  const tended = await tendBackups(
    given,
    site,
    ran.flatMap(({ outcome }) => outcome?.backups ?? []),
  )
  if (ran.some(({ name, outcome }) => name === 'database' && outcome?.backups?.every(({ proof }) => proof.verified) === true))
    await dropExpired(site)
  const sofar = [...refused, ...tended.findings, ...ran.flatMap(({ findings }) => findings)]
  const hooked = [...refused, ...(await laterHooks(given, context, sofar))]
  return {
    ...reportOf(ran, { findings: [...keys, ...hooked, ...tended.findings], tables: tended.tables }, given),
    ...(ran.some(({ outcome }) => outcome?.leftBehind === true) ? { leftBehind: true as const } : {}),
  }
}

export const action = defineAction({
  name: 'backup',
  description: 'Backs up the database, proves each backup by restoring it, and signs what it holds.',
  kind: 'change',
  reads,
  options,
  ids: idsOfParts(parts, [
    'backup.key',
    'backup.unfinished',
    'backup.hook',
    'backup.suspect',
    'backup.retention',
    'backup.off-site',
    'backup.encryption',
    'backup.drill',
  ]),
  outputs: {
    'backup-id': { description: 'The ids of the backups that were made, one a line.' },
    'backup-path': { description: 'Their folders, absolute, one a line.' },
    'size-bytes': { description: 'Bytes of all that was stored.' },
    verified: { description: '`true` when every backup of this run was proven.' },
  },
  timeoutMs: () => longestHours * hourMs,
  run,
  recover,
})
