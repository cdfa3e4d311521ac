import type { Compose } from '../contract/compose.ts'
import { couldNotLook, type Seen, saw } from '../contract/seen.ts'
import type { Volume } from '../domain/postgres/sizes.ts'

const limitMs = 10_000
const blockBytes = 1024

/** The last line of `df -P -k`: file system, blocks, used, free, share, mount point. */
const readDf = (text: string): Pick<Volume, 'totalBytes' | 'freeBytes'> | undefined => {
  const [, total, , free] = text.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? []
  const [totalBlocks, freeBlocks] = [Number(total), Number(free)]
  if (!(totalBlocks > 0) || !(freeBlocks >= 0)) return undefined
  return { totalBytes: totalBlocks * blockBytes, freeBytes: freeBlocks * blockBytes }
}

/** The volume on which a folder of a service's container lies, as the container itself sees it. */
export const seeVolume = async (compose: Compose, service: string, path: string): Promise<Seen<Volume>> => {
  const containers = await compose.containers()
  if (!containers.seen) return containers
  const container = containers.value.find((one) => one.service === service && one.state === 'running' && !one.oneOff)
  if (container === undefined)
    return couldNotLook(`service ${service} has no running container`, `start it: docker compose up -d ${service}`)
  const ran = await compose.docker(['exec', container.id, 'df', '-P', '-k', '--', path], { timeoutMs: limitMs })
  const read = ran.ended === 'exit' && ran.exitCode === 0 ? readDf(ran.stdout) : undefined
  return read === undefined
    ? couldNotLook(`df in the container of ${service} does not tell the room of ${path}`, 'use an image that has df')
    : saw({ path, ...read }, Date.now())
}
