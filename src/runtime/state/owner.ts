import { readFileSync, readlinkSync } from 'node:fs'
import { z } from 'zod'
import { once } from '../../core/once.ts'
import { instantShape } from '../../core/time/instant-shape.ts'

/** Which process wrote a lock or a ledger, precisely enough that a reused process number is not taken for it. */
export const ownerShape = once(() => ({
  pid: z.int().positive(),
  /** Changes with every boot; `null` where there is no `/proc`. */
  bootId: z.string().max(100).nullable(),
  /** Process numbers mean something only within one; `null` where there is no `/proc`. */
  pidNamespace: z.string().max(100).nullable(),
  /** Clock ticks after boot, field 22 of `/proc/<pid>/stat`; `null` where there is no `/proc`. */
  startTicks: z.int().nonnegative().nullable(),
  /** When it will have ended by itself. */
  deadline: instantShape,
}))
export type Owner = z.output<z.ZodObject<ReturnType<typeof ownerShape>>>

const orNull = <T>(read: () => T): T | null => {
  try {
    return read()
  } catch {
    // No /proc here (macOS), or no such process: the caller knows what either means.
    return null
  }
}

/** The command in parentheses may itself hold spaces and parentheses: fields are counted after the last one. */
const processStat = (pid: number | 'self', procfs: string): { readonly state: string; readonly startTicks: number } | null => {
  const text = orNull(() => readFileSync(`${procfs}/${pid}/stat`, 'utf8'))
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, ticks] = [fields?.[0], fields?.[19]]
  return state === undefined || ticks === undefined ? null : { state, startTicks: Number(ticks) }
}

const surroundings = (procfs: string) => ({
  bootId: orNull(() => readFileSync(`${procfs}/sys/kernel/random/boot_id`, 'utf8').trim()),
  pidNamespace: orNull(() => readlinkSync(`${procfs}/self/ns/pid`)),
})

/** This process. */
export const ownIdentity = (deadline: number, procfs = '/proc'): Owner => ({
  pid: process.pid,
  ...surroundings(procfs),
  startTicks: processStat('self', procfs)?.startTicks ?? null,
  deadline,
})

/** Whether that is this very process. */
export const isOwn = (owner: Owner): boolean => {
  const { pid, bootId, pidNamespace, startTicks } = ownIdentity(owner.deadline)
  return owner.pid === pid && owner.bootId === bootId && owner.pidNamespace === pidNamespace && owner.startTicks === startTicks
}

const answersSignals = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return Error.isError(error) && 'code' in error && error.code === 'EPERM'
  }
}

const differ = (one: string | null, other: string | null): boolean => one !== null && other !== null && one !== other

/** Whether that process still runs. In doubt it does; one in another container cannot be seen and is believed until its deadline. */
export const isAlive = (owner: Owner, now: number, procfs = '/proc'): boolean => {
  const here = surroundings(procfs)
  if (differ(owner.bootId, here.bootId)) return false
  if (differ(owner.pidNamespace, here.pidNamespace)) return now < owner.deadline
  const stat = processStat(owner.pid, procfs)
  if (stat === null) return answersSignals(owner.pid)
  if (stat.state === 'Z' || stat.state === 'X') return false
  return owner.startTicks === null || owner.startTicks === stat.startTicks
}
