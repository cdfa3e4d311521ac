import type { JsonObject } from '../../contract/json.ts'
import { type Plan, type PlanLine, planOf } from '../../contract/plan.ts'
import type { DatabaseManifest } from '../backup/manifest.ts'
import { bytesOf } from '../backup/stored.ts'

/** What a plan of a database binds: whoever applies it does exactly this. */
export type DatabasePlanned = {
  readonly manifest: DatabaseManifest
  /** sha256 of the manifest's bytes. */
  readonly manifestHash: string
  readonly database: string
  readonly systemIdentifier: string
  /** Empty where there is no such database. */
  readonly oid: string
  readonly services: readonly string[]
  readonly sessions: readonly string[]
  /** Roles that the server lacks; they are made without any right. */
  readonly missingRoles: readonly string[]
  /** Why what is replaced cannot be backed up first; undefined when it can. */
  readonly unreadable: string | undefined
}

const line = (does: string, subject: string, bytes = 0): PlanLine => ({ does, subject, bytes })

const linesOf = (planned: DatabasePlanned): readonly PlanLine[] => {
  const { manifest, database, oid, services, sessions, missingRoles, unreadable } = planned
  const replaced = `database ${database}`
  return [
    ...(oid === '' ? [] : [line('lose', `what was written to ${replaced} since ${manifest.startedAt}`)]),
    line(oid === '' ? 'make' : 'replace', `${replaced} by the backup ${manifest.id}`, bytesOf(manifest)),
    ...missingRoles.map((role) => line('make', `role ${role}, without rights and without login`)),
    ...(oid === ''
      ? []
      : [unreadable === undefined ? line('back up first', replaced) : line('not back up first', `${replaced}: it cannot be read`)]),
    ...services.map((service) => line('stop meanwhile', `service ${service}`)),
    ...sessions.map((session) => line('end', `sessions of ${session}`)),
    ...(oid === '' ? [] : [line('keep for 7 days', `${replaced} as it is now; undo brings it back`)]),
  ]
}

export const planOfDatabase = (planned: DatabasePlanned): Plan => {
  const { manifestHash, database, systemIdentifier, oid, services, sessions, unreadable } = planned
  const facts: JsonObject = {
    manifest: manifestHash,
    systemIdentifier,
    database,
    oid,
    services: [...services],
    sessions: [...sessions],
    safety: unreadable === undefined,
  }
  return planOf(linesOf(planned), facts)
}

export type RowsBefore = { readonly schema: string; readonly name: string; readonly rows: number }

type RowsOfTable = { now?: number; saved?: number }

const keyOf = ({ schema, name }: { readonly schema: string; readonly name: string }): string => `${schema}.${name}`

const difference = ({ now = 0, saved = 0 }: RowsOfTable): number => Math.abs(now - saved)

/** Table by table, the greatest differences first: rows now, rows of the backup. */
export const lostRows = (
  manifest: DatabaseManifest,
  now: readonly RowsBefore[],
  most = 20,
): readonly (readonly [string, string, string])[] => {
  const all = new Map<string, RowsOfTable>(manifest.relations.map((one) => [keyOf(one), { saved: one.rows }]))
  for (const one of now) all.set(keyOf(one), { ...all.get(keyOf(one)), now: one.rows })
  return [...all]
    .filter(([, one]) => one.now !== one.saved)
    .toSorted(([a, one], [b, other]) => difference(other) - difference(one) || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([key, one]) => [
      key,
      one.now === undefined ? 'not there' : `about ${one.now}`,
      one.saved === undefined ? 'not there' : `${one.saved}`,
    ])
}
