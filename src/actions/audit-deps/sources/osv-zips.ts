import { canonicalName } from '../../../domain/packages/ecosystem.ts'
import { packageKey } from '../../../domain/packages/match.ts'
import { type OsvRecord, osvRecord } from '../../../domain/packages/osv-record.ts'
import type { LockedPackage } from '../../../domain/packages/package.ts'
import { pushTo } from '../../../domain/packages/push-to.ts'
import type { AdvisorySource, SourceTrouble } from './source.ts'
import { recordsAbout } from './zip-index.ts'
import { type OpenZip, openZip, type ZipStoreParts } from './zip-store.ts'

/** `Debian:12` stands in the file of Debian. */
const familyOf = ({ ecosystem }: LockedPackage): string => ecosystem.split(':')[0] ?? ecosystem

type Family = {
  readonly records: ReadonlyMap<string, readonly OsvRecord[]>
  readonly troubles: readonly SourceTrouble[]
  readonly notes: readonly string[]
}

const advice = 'run it again where `osv-zip-url` can be reached; without `offline` OSV itself is asked'

const troublesOf = (family: string, unreadable: number): readonly SourceTrouble[] =>
  unreadable === 0
    ? []
    : [
        {
          subject: `source/${family}`,
          cause: `${unreadable} of its records cannot be read`,
          advice: 'fetch the file anew: remove what is kept',
        },
      ]

/** `PyPI: OSV's file of 2026-11-30` */
const noteOf = (family: string, { fetchedAt, note }: OpenZip): string =>
  [`${family}: OSV's file of ${new Date(fetchedAt).toISOString().slice(0, 10)}`, ...(note === undefined ? [] : [note])].join(', ')

/** By canonical name. */
const byName = (values: readonly unknown[]) => {
  const records = new Map<string, OsvRecord[]>()
  let odd = 0
  for (const value of values) {
    const read = osvRecord.safeParse(value)
    if (!read.success) odd += 1
    const names = (read.data?.affected ?? []).flatMap(({ package: about }) =>
      about === undefined ? [] : [canonicalName(about.ecosystem, about.name)],
    )
    for (const name of new Set(names)) if (read.data !== undefined) pushTo(records, name, read.data)
  }
  return { records, odd }
}

const readFamily = async (family: string, opened: OpenZip, packages: readonly LockedPackage[]): Promise<Family> => {
  const { file, index, unreadable } = opened
  try {
    const { values, lost } = await recordsAbout(file, index, new Set(packages.map(({ name }) => name)))
    const { records, odd } = byName(values)
    return { records, troubles: troublesOf(family, lost + odd + unreadable), notes: [noteOf(family, opened)] }
  } finally {
    await file.close()
  }
}

const lookIn = async (family: string, packages: readonly LockedPackage[], parts: ZipStoreParts): Promise<Family> => {
  const opened = await openZip(family, parts)
  if (!('cause' in opened)) return readFamily(family, opened, packages)
  const cause = `OSV's file of ${family} cannot be used: ${opened.cause}`
  return { records: new Map(), troubles: [{ subject: `source/${family}`, cause, advice }], notes: [] }
}

/** OSV's files, one for each ecosystem; each is fetched at most once a day. `keep`: called when all of them are there, for they may be new. */
export const createOsvZips =
  (parts: ZipStoreParts, keep: () => Promise<void>): AdvisorySource =>
  async (packages) => {
    const records = new Map<string, readonly OsvRecord[]>()
    const troubles: SourceTrouble[] = []
    const notes: string[] = []
    // In turn: each may take much memory while it is indexed.
    for (const [family, all] of Map.groupBy(packages, familyOf)) {
      const read = await lookIn(family, all, parts)
      for (const one of all) records.set(packageKey(one), read.records.get(one.name) ?? [])
      troubles.push(...read.troubles)
      notes.push(...read.notes)
    }
    if (troubles.length === 0 && records.size > 0) await keep()
    return { records, troubles, notes }
  }
