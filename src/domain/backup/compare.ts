import type { BackupRelation, BackupSequence, DatabaseContents } from './manifest.ts'

type Named = { readonly schema: string; readonly name: string }

const nameOf = ({ schema, name }: Named): string => `${schema}.${name}`
const keyOf = ({ schema, name }: Named): string => JSON.stringify([schema, name])

/** What stands on one side only, and pairs of the rest. */
const paired = <T extends Named>(source: readonly T[], copy: readonly T[]) => {
  const [ofSource, ofCopy] = [source, copy].map((list) => new Map(list.map((one) => [keyOf(one), one])))
  return {
    missing: source.filter((one) => ofCopy?.has(keyOf(one)) !== true),
    extra: copy.filter((one) => ofSource?.has(keyOf(one)) !== true),
    pairs: source.flatMap((one) => {
      const other = ofCopy?.get(keyOf(one))
      return other === undefined ? [] : [[one, other] as const]
    }),
  }
}

const relationFault = (source: BackupRelation, copy: BackupRelation): string | undefined => {
  if (source.by !== copy.by) return `table ${nameOf(source)}: it was looked at in two ways (${source.by}, ${copy.by})`
  if (source.rows !== copy.rows) return `table ${nameOf(source)}: ${copy.rows} rows instead of ${source.rows}`
  return source.hash === copy.hash ? undefined : `table ${nameOf(source)}: other rows than in the source (${source.rows} of them)`
}

/** Sequences are not transactional: the copy may be ahead, and never behind. */
const sequenceFault = (source: BackupSequence, copy: BackupSequence): string | undefined => {
  if (source.cycles) return undefined
  const isDown = source.increment.startsWith('-')
  const [from, at] = [BigInt(source.value || 0), BigInt(copy.value || 0)]
  const isBehind = isDown ? at > from : at < from
  const isUncalled = at === from && source.called && !copy.called
  return isBehind || isUncalled ? `sequence ${nameOf(source)}: at ${copy.value}, behind ${source.value}` : undefined
}

const compareRelations = (source: DatabaseContents, copy: DatabaseContents): readonly string[] => {
  const { missing, extra, pairs } = paired(source.relations, copy.relations)
  return [
    ...missing.map((one) => `table ${nameOf(one)} is missing`),
    ...extra.map((one) => `table ${nameOf(one)} is not in the source`),
    ...pairs.flatMap(([one, other]) => relationFault(one, other) ?? []),
  ]
}

const compareSequences = (source: DatabaseContents, copy: DatabaseContents): readonly string[] => {
  const { missing, extra, pairs } = paired(source.sequences, copy.sequences)
  return [
    ...missing.map((one) => `sequence ${nameOf(one)} is missing`),
    ...extra.map((one) => `sequence ${nameOf(one)} is not in the source`),
    ...pairs.flatMap(([one, other]) => sequenceFault(one, other) ?? []),
  ]
}

const compareLargeObjects = ({ largeObjects: source }: DatabaseContents, { largeObjects: copy }: DatabaseContents): readonly string[] => {
  if (source.count !== copy.count) return [`large objects: ${copy.count} instead of ${source.count}`]
  return source.pages === copy.pages && source.hash === copy.hash ? [] : ['large objects: their content differs']
}

const compareExtensions = (source: DatabaseContents, copy: DatabaseContents): readonly string[] => {
  const versions = new Map(copy.extensions.map(({ name, version }) => [name, version]))
  const faults = source.extensions.flatMap(({ name, version }) => {
    const there = versions.get(name)
    if (there === undefined) return [`extension ${name} is missing`]
    return there === version ? [] : [`extension ${name}: version ${there} instead of ${version}`]
  })
  const known = new Set(source.extensions.map(({ name }) => name))
  return [...faults, ...copy.extensions.flatMap(({ name }) => (known.has(name) ? [] : [`extension ${name} is not in the source`]))]
}

/** In what a copy differs from its source, each difference by its name; empty when it is equal. */
export const compareContents = (source: DatabaseContents, copy: DatabaseContents): readonly string[] => [
  ...compareRelations(source, copy),
  ...compareSequences(source, copy),
  ...compareLargeObjects(source, copy),
  ...compareExtensions(source, copy),
]
