import { dirname, join } from 'node:path'
import { compareGlobals, loadableGlobals } from '../../domain/backup/globals-text.ts'
import type { DatabaseManifest } from '../../domain/backup/manifest.ts'
import { missingBytes, scratchBytes } from '../../domain/backup/room.ts'
import { digestOf, writeSynced } from '../../tools/backup-folder.ts'
import { loadGlobals } from '../../tools/scratch/load-globals.ts'
import { roomOf, scratchFor } from './dump-place.ts'
import { type FilledDatabase, failuresOf } from './fill-database.ts'
import { inScratch } from './in-scratch.ts'
import type { ProofOutcome } from './prove.ts'
import { dumpAll, type FillGlobals, type TakenGlobals, takeGlobals } from './take-globals.ts'

const globalsName = 'globals.sql'

/** Makes the roles anew in a scratch server, and reads them again with the same program: the same text, or it is named what differs. */
const proveGlobals = async (fill: FillGlobals, { cluster, globals, client, roles, tablespaces }: TakenGlobals): Promise<ProofOutcome> => {
  const { site, unfinished } = fill
  const { context } = site
  const found = await scratchFor({ ...fill, serverMajor: cluster.major }, client)
  if ('why' in found) return { kind: 'unproven', why: found.why }
  const { directory } = found.place
  if (missingBytes(scratchBytes(0), await roomOf(dirname(directory))) > 0)
    return { kind: 'unproven', why: `there was no room for a copy in ${dirname(directory)}` }
  await site.steps.step('scratch', { directory })
  const proved = await inScratch({ context, ...found }, globals.bootstrap, async (scratch): Promise<ProofOutcome> => {
    const loaded = await loadGlobals(scratch, loadableGlobals(roles, [globals.bootstrap, globals.quotedBootstrap]), context.signal)
    if ('cause' in loaded)
      return loaded.kind === 'unproven' ? { kind: 'unproven', why: loaded.cause } : { kind: 'failed', failures: [loaded.cause] }
    const { superuser } = loaded
    const access = await client.access({ target: superuser, application: 'ronde' }, join(unfinished.work, 'copy'))
    const failures = compareGlobals(
      roles,
      await dumpAll(fill, access, { database: superuser.database, what: '--roles-only' }),
      superuser.user,
    )
    const notCompared = tablespaces === '' ? [] : [`${globals.tablespaces} tablespaces: their folders are on the source's disks`]
    return failures.length === 0 ? { kind: 'proven', notCompared } : { kind: 'failed', failures }
  })
  return 'kind' in proved ? proved : { kind: 'unproven', ...proved }
}

const manifestOf = async (fill: FillGlobals, { cluster, client, roles, tablespaces }: TakenGlobals): Promise<DatabaseManifest> => {
  const { site, unfinished } = fill
  const path = join(unfinished.folder, globalsName)
  await writeSynced(path, `${roles}${tablespaces}`)
  const digest = await digestOf(path, site.context.signal)
  const { systemIdentifier, serverVersion } = cluster
  return {
    schemaVersion: 1,
    id: unfinished.id,
    server: site.context.server,
    kind: 'globals',
    source: { systemIdentifier, database: '', image: client.image, serverVersion },
    snapshot: '',
    clientVersion: client.version,
    startedAt: unfinished.startedAt.toISOString(),
    finishedAt: new Date(site.context.now()).toISOString(),
    artifacts: [{ name: globalsName, ...digest, sha256Plain: digest.sha256, codec: 'none', recipients: [] }],
    inconsistent: [],
    relations: [],
    sequences: [],
    largeObjects: { count: 0, pages: 0, hash: '0' },
    extensions: [],
    roles: [...cluster.roles],
  }
}

/** Reads the globals, makes them anew in a scratch server, and says what both hold. */
export const fillGlobals = async (given: FillGlobals): Promise<FilledDatabase> => {
  const taken = await takeGlobals(given)
  if ('findings' in taken) return { filled: false, ...taken }
  const manifest = await manifestOf(given, taken)
  const proved = await proveGlobals(given, taken)
  const at = new Date(given.site.context.now()).toISOString()
  return {
    filled: true,
    manifest,
    proof: { verified: proved.kind === 'proven', at, failures: [...failuresOf(proved)], ciphertext: 'none' },
    proved,
  }
}
