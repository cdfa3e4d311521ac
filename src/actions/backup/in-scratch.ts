import { randomBytes } from 'node:crypto'
import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { errorText } from '../../core/error-chain.ts'
import { prepareScratch, removeScratch, type ScratchOwner, type ScratchPlace } from '../../tools/scratch/place.ts'
import { type ScratchServer, type StartScratch, startScratch } from '../../tools/scratch/server.ts'

export type InScratch = {
  readonly context: Pick<Context, 'programs' | 'signal'>
  readonly place: ScratchPlace
  readonly owner: ScratchOwner
}

const secretBytes = 16

/** A scratch server that does not start says nothing against the backup. */
const beginScratch = async (start: StartScratch): Promise<ScratchServer | { readonly why: string }> => {
  try {
    await start.place.begin()
    return await startScratch(start)
  } catch (error) {
    if (start.signal.aborted) throw error
    await start.place.end()
    await removeScratch(start.place.directory)
    return { why: errorText(error) }
  }
}

/** Works with a scratch server of which this user is the superuser, and leaves nothing of it; why there is none. */
export const inScratch = async <T>(
  { context, place, owner }: InScratch,
  user: string,
  work: (scratch: PostgresTarget) => Promise<T>,
): Promise<T | { readonly why: string }> => {
  const { programs, signal } = context
  const password = randomBytes(secretBytes).toString('hex')
  await prepareScratch(place.directory, owner, password)
  const server = await beginScratch({ place, programs, user, password, preload: [], signal })
  if ('why' in server) return server
  try {
    return await work(server.target)
  } finally {
    await server.stop()
    await place.end()
    await removeScratch(place.directory)
  }
}
