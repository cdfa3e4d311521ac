import { asOf, cycles, source } from './end-of-life.generated.ts'

export type ProductName = keyof typeof cycles | 'compose'

/** One line of releases. Days as `2026-10-31`. `extended`: what is mended by long-term support until then. */
export type LifeOfCycle = {
  readonly cycle: string
  readonly eol: string | null
  readonly extended: string | null
  readonly latest: string | null
}

/** From when the table is, and whose data it holds. */
export const lifeTable = { asOf, source } as const

/** Version 1 was another program; nothing else of it has an announced end. */
const compose: readonly LifeOfCycle[] = [{ cycle: '1', eol: '2023-07-01', extended: null, latest: null }]

const table: Readonly<Record<ProductName, readonly LifeOfCycle[]>> = { ...cycles, compose }

export const isProduct = (name: string): name is ProductName => Object.hasOwn(table, name)

/** The line that a version belongs to; undefined for one that is older or newer than the table. */
export const lifeOf = (product: ProductName, version: string): LifeOfCycle | undefined =>
  table[product].find(({ cycle }) => version === cycle || version.startsWith(`${cycle}.`))

/** How many releases of its line are newer: PostgreSQL's `15.4` of `15.19` is 15 behind. Undefined where the version does not say. */
export const minorsBehind = (version: string, { latest }: Pick<LifeOfCycle, 'latest'>): number | undefined => {
  const [own, newest] = [version, latest ?? ''].map((one) => /^\d+\.(\d+)$/.exec(one)?.[1])
  return own === undefined || newest === undefined ? undefined : Math.max(0, Number(newest) - Number(own))
}
