/** Which files are pure, and which unit tests load each of them, the nearest first. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Not of the text that a generator writes: there a name is `${…}`. */
const importOf = /^(?:import|export) (?!type )[^'"`]*?from '(\.{1,2}\/[^'$]+\.ts)'/gms

const importsOf = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(importOf)].map(([, to = '']) => join(dirname(path), to))

/** A part, an action and its options are declarations; what looks or writes is tried by integration tests. */
const declaration = /(?:^|\/)(?:part|action|options|thresholds)\.ts$/
/** Held by `npm run generate -- --check`. */
const isGenerated = (path: string): boolean => path.endsWith('.generated.ts')
const impure = /from 'node:|from '(?:\.\.\/)+(?:probes|tools|runtime|github)\/|\bawait\b/

const isPure = (path: string): boolean => {
  const text = readFileSync(path, 'utf8').replaceAll(/^import type .*$/gm, '')
  return !declaration.test(path) && !impure.test(text)
}

/** The sources whose changes unit tests alone must notice. */
export const pureSources = (under: readonly string[]): readonly string[] =>
  globSync(['src/{core,domain,incidents}/**/*.ts', 'src/actions/**/*.ts'])
    .toSorted()
    .filter((path) => under.length === 0 || under.some((one) => path.startsWith(one)))
    .filter((path) => !isGenerated(path) && !path.startsWith('src/core/options/') && (!path.startsWith('src/actions/') || isPure(path)))

const unitTests = (): readonly string[] =>
  globSync('__tests__/**/*.test.ts')
    .toSorted()
    .filter((path) => !/\.(?:integration|e2e|acme)\.test\.ts$/.test(path))

const distances = (test: string): ReadonlyMap<string, number> => {
  const far = new Map([[test, 0]])
  // A map is walked in the order of its entries, and new ones join at the end.
  for (const [path, distance] of far) for (const to of importsOf(path)) if (!far.has(to)) far.set(to, distance + 1)
  return far
}

/** Gives, for a source, the unit tests that load it; the one that mirrors it comes first, then the nearest. */
export const testsBySource = (): ((source: string) => readonly string[]) => {
  const all = unitTests().map((test) => ({ test, far: distances(test) }))
  return (source) => {
    const mirror = source.replace(/^src/, '__tests__').replace(/\.ts$/, '.test.ts')
    const rank = ({ test, far }: (typeof all)[number]) => (test === mirror ? 0 : (far.get(source) ?? Number.POSITIVE_INFINITY))
    return all
      .filter((one) => Number.isFinite(rank(one)))
      .toSorted((a, b) => rank(a) - rank(b))
      .map(({ test }) => test)
  }
}
