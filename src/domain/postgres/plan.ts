import { jsonValue } from '../../core/read-json.ts'

/** One node of `EXPLAIN (FORMAT JSON)`. */
type Node = Readonly<Record<string, unknown>> & { readonly Plans?: readonly Node[] }
export type QueryPlan = Node

const timeKeys = ['Planning Time', 'Execution Time'] as const

/** The plan in the only cell of EXPLAIN's only row, with the times that stand beside it. */
export const readPlan = (cell: unknown): QueryPlan => {
  const value: unknown = typeof cell === 'string' ? jsonValue(cell) : cell
  const first: unknown = Array.isArray(value) ? value[0] : undefined
  const plan = typeof first === 'object' && first !== null && 'Plan' in first ? first.Plan : undefined
  if (typeof plan !== 'object' || plan === null) return {}
  const times = timeKeys.map((key) => [key, (first as Node)[key]])
  return { ...(plan as Node), ...Object.fromEntries(times) }
}

const number = (value: unknown): number => Number(value ?? 0)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const childrenOf = ({ Plans }: Node): readonly Node[] => Plans ?? []
const relationOf = (node: Node): string | undefined =>
  node['Relation Name'] === undefined ? undefined : `${text(node['Schema'])}.${text(node['Relation Name'])}`

/** Blocks that running it touched, in the cache or not; the planning is not in it. */
export const buffersOf = (plan: QueryPlan): number =>
  ['Shared Hit Blocks', 'Shared Read Blocks', 'Local Hit Blocks', 'Local Read Blocks'].reduce((sum, key) => sum + number(plan[key]), 0)

/** To plan it and to run it, by the server's clock. */
export const elapsedOf = (plan: QueryPlan): number => timeKeys.reduce((sum, key) => sum + number(plan[key]), 0)

/** Rows that came out at the top. */
export const rowsOf = (plan: QueryPlan): number => number(plan['Actual Rows'])

/** The planner's guess of each relation's rows, from a plan that reads all of a table. */
export const rowsByRelation = (plan: QueryPlan): ReadonlyMap<string, number> => {
  const own = relationOf(plan)
  const below = childrenOf(plan).flatMap((one) => [...rowsByRelation(one)])
  return new Map(own === undefined ? below : [[own, number(plan['Plan Rows'])], ...below])
}

/** An index that begins with the wanted column is entered at the wanted value; any other is read from end to end. */
const entersIndex = (node: Node, leading: ReadonlySet<string>): boolean =>
  leading.has(text(node['Index Name'])) && node['Index Cond'] !== undefined

const isPrecise = (node: Node, leading: ReadonlySet<string>): boolean => {
  const type = text(node['Node Type'])
  if (type === 'Bitmap Heap Scan') return childrenOf(node).every((one) => isPrecise(one, leading))
  if (type === 'BitmapOr' || type === 'BitmapAnd') return childrenOf(node).every((one) => isPrecise(one, leading))
  return type.includes('Index') && entersIndex(node, leading)
}

/** How many rows the plan may have to read from one end to the other. `leading`: names of indexes that begin with the wanted column. */
export const rowsReadWhole = (plan: QueryPlan, rows: ReadonlyMap<string, number>, leading: ReadonlySet<string>): number => {
  const relation = relationOf(plan)
  if (relation === undefined) return childrenOf(plan).reduce((sum, one) => sum + rowsReadWhole(one, rows, leading), 0)
  return isPrecise(plan, leading) ? 0 : (rows.get(relation) ?? number(plan['Plan Rows']))
}
