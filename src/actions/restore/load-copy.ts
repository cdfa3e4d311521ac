import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../contract/user-error.ts'
import type { TocEntry } from '../../domain/restore/dump-toc.ts'
import type { RestoreMark } from '../../domain/restore/mark.ts'
import { copyNameOf, restoreRoles } from '../../domain/restore/names.ts'
import { ownersIn } from '../../domain/restore/owner-statements.ts'
import { compareRestored } from '../../probes/restore/compare.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import type { PostgresClient } from '../../tools/postgres-programs/client.ts'
import { asAdministrator } from '../../tools/restore/administrator.ts'
import { createCopy, dropMarked, finishCopy } from '../../tools/restore/copy-database.ts'
import { type LoadBeside, loadBeside } from '../../tools/restore/load-beside.ts'
import { createRestoreRoles, dropRestoreRoles } from '../../tools/restore/roles.ts'
import type { OpenedBackup } from './open-backup.ts'
import type { PlannedDatabase } from './plan-database.ts'
import type { RestoreSite } from './site.ts'
import type { RestoreChain } from './work-place.ts'

export type CopyWanted = {
  readonly site: RestoreSite
  readonly planned: PlannedDatabase
  readonly chain: RestoreChain
  readonly client: PostgresClient
  readonly opened: OpenedBackup
  /** What it becomes when it is whole. */
  readonly is: 'ready' | 'beside'
}

/** A copy that is whole: loaded, compared with the manifest, and owned by nobody of ours. */
export type WholeCopy = {
  readonly id: string
  readonly name: string
  readonly mark: RestoreMark
  readonly load: LoadBeside
  readonly notFilled: readonly string[]
  /** What only somebody who knows the other side may make again. */
  readonly leftOut: readonly string[]
  readonly notCompared: readonly string[]
}

export type CopyFailure = { readonly failures: readonly string[] }

const keptMs = 7 * 86_400_000
const idBytes = 6
const passwordBytes = 24
const mostJobs = 4

export const administering = <T>(site: RestoreSite, work: (session: PostgresSession) => Promise<T>): Promise<T> =>
  asAdministrator(site.beside, { signal: site.context.signal, application: site.application }, work)

const markOf = ({ site, planned }: CopyWanted, id: string, is: RestoreMark['is']): RestoreMark => ({
  ronde: 'restore',
  id,
  is,
  database: site.database,
  manifest: planned.manifestHash,
  until: new Date(site.context.now() + keptMs).toISOString(),
  comment: null,
})

/** Whoever replaces nothing belongs to the owner of most of what is in it, or to us. */
const ownerFor = ({ planned, site }: CopyWanted, toc: readonly TocEntry[]): string => {
  const { live, server } = planned.place
  if (live !== undefined) return live.owner
  const counts = Map.groupBy(
    toc.filter(({ owner }) => server.roles.has(owner) || planned.missingRoles.includes(owner)),
    ({ owner }) => owner,
  )
  return [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? site.target.user
}

/** Roles that own or may something in the dump, and that nobody has here: without login and without any right. */
const makeMissing = (session: PostgresSession, { planned }: CopyWanted): Promise<unknown> => {
  const statements = planned.missingRoles.map((role) => `CREATE ROLE ${session.quoted(role)} NOLOGIN`)
  return statements.length === 0 ? Promise.resolve() : session.query(statements.join(';\n'))
}

const checkOwners = ({ planned }: CopyWanted, toc: readonly TocEntry[]): void => {
  const known = new Set([...planned.place.server.roles, ...planned.missingRoles])
  const unknown = [...ownersIn(toc)].filter((one) => !known.has(one))
  if (unknown.length > 0)
    throw new UserError(`roles that own something in the backup are not here: ${unknown.join(', ')}; create them first`)
}

type Loading = {
  readonly id: string
  readonly name: string
  readonly password: string
  readonly load: LoadBeside
  readonly toc: readonly TocEntry[]
}

const loadOf = (wanted: CopyWanted, id: string, password: string): LoadBeside => {
  const { site, planned, client, opened } = wanted
  const { manifest, place } = planned
  return {
    administrator: { ...site.target, database: copyNameOf(site.database, id) },
    application: site.application,
    logins: restoreRoles(id),
    password,
    extensions: manifest.extensions,
    toc: opened.toc,
    dump: opened.dump,
    client,
    programs: site.context.programs,
    work: opened.work,
    jobs: Math.min(mostJobs, availableParallelism()),
    signal: site.context.signal,
    otherMajor: Number(/^\d+/.exec(manifest.source.serverVersion)?.[0] ?? 0) !== place.server.major,
  }
}

const begin = async (wanted: CopyWanted, id: string): Promise<Loading> => {
  const { site, chain, opened } = wanted
  const { database } = site
  const password = randomBytes(passwordBytes).toString('hex')
  const load = loadOf(wanted, id, password)
  site.context.secrets.add(password)
  await chain.step('roles', { id, database })
  await administering(site, async (session) => {
    await makeMissing(session, wanted)
    await createRestoreRoles(session, load.logins, password)
  })
  return { id, name: copyNameOf(database, id), password, load, toc: opened.toc }
}

/** One that an earlier run loaded and compared, and that died before it was used. */
const keptCopy = ({ site, planned }: CopyWanted): string | undefined =>
  planned.place.server.databases.find(
    ({ mark }) => mark?.is === 'ready' && mark.manifest === planned.manifestHash && mark.database === site.database,
  )?.mark?.id

const loadNew = async (wanted: CopyWanted, loading: Loading): Promise<readonly string[] | CopyFailure> => {
  const { site, planned, chain } = wanted
  const { id, name, load } = loading
  const { loader, reader } = load.logins
  await chain.step('copy', { id, name, database: site.database })
  // Undone before it: whoever still makes the copy is ended first.
  await chain.step('sessions', { application: site.application, database: site.database })
  await administering(site, (session) =>
    createCopy(session, { name, loader, reader, mark: markOf(wanted, id, 'loading'), like: planned.place.live }),
  )
  site.context.progress.say(`the backup is loaded into ${name}, beside ${site.database}`)
  const loaded = await loadBeside(load)
  return loaded.loaded ? loaded.notFilled : { failures: [loaded.cause] }
}

const compare = async (wanted: CopyWanted, { password, load }: Loading) => {
  const { site, planned, client, opened } = wanted
  site.context.progress.say('the copy is compared with what the backup says of its source')
  return compareRestored({
    manifest: planned.manifest,
    dump: opened.dump,
    reader: { ...load.administrator, user: load.logins.reader, password },
    superuser: load.administrator,
    client,
    programs: site.context.programs,
    secrets: join(opened.work, 'compare'),
    signal: site.context.signal,
    otherMajor: load.otherMajor,
  })
}

const finish = async (wanted: CopyWanted, { id, name, load, toc }: Loading): Promise<RestoreMark> => {
  const { site, is } = wanted
  const mark = markOf(wanted, id, is)
  await administering(site, async (session) => {
    await finishCopy(session, { name, owner: ownerFor(wanted, toc), reader: load.logins.reader, mark })
    await dropRestoreRoles(session, load.logins)
  })
  return mark
}

const drop = async ({ site }: CopyWanted, { name, id, load }: Loading): Promise<void> => {
  await administering(site, async (session) => {
    await dropMarked(session, name, (comment) => comment.includes(`"id":"${id}"`))
    await dropRestoreRoles(session, load.logins)
  })
}

/** Loads the backup beside the database, or takes up what an earlier run loaded, and compares it. What differs is dropped. */
export const loadCopyBeside = async (wanted: CopyWanted): Promise<WholeCopy | CopyFailure> => {
  checkOwners(wanted, wanted.opened.toc)
  const kept = wanted.is === 'ready' ? keptCopy(wanted) : undefined
  const loading = await begin(wanted, kept ?? randomBytes(idBytes).toString('hex'))
  if (kept !== undefined) {
    wanted.site.context.progress.say(`an earlier run has loaded ${loading.name}: it is compared again`)
    await administering(wanted.site, (session) =>
      session.query(`GRANT CONNECT ON DATABASE ${session.quoted(loading.name)} TO ${session.quoted(loading.load.logins.reader)}`),
    )
  }
  const notFilled = kept === undefined ? await loadNew(wanted, loading) : []
  const compared = 'failures' in notFilled ? { ...notFilled, notCompared: [] } : await compare(wanted, loading)
  if (compared.failures.length > 0) {
    await drop(wanted, loading)
    return { failures: compared.failures }
  }
  const mark = await finish(wanted, loading)
  const { id, name, load } = loading
  const leftOut = loading.toc.filter(({ type }) => type === 'SUBSCRIPTION').map((one) => `subscription ${one.name}`)
  return { id, name, mark, load, leftOut, notFilled: 'failures' in notFilled ? [] : notFilled, notCompared: compared.notCompared }
}
