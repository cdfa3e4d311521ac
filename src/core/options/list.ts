import { z } from 'zod'

/**
 * For `.check(…)` of a list: no two items may have the same key, which stands at `within` in an item; one without a key is like no other. It looks at the valid items
 * even when others are wrong, so that all mistakes are told at once.
 */
export const uniqueBy = <Item>(keyOf: (item: Item) => string | undefined, within: readonly string[] = []): z.core.$ZodCheck<Item[]> => {
  const check = z.check<Item[]>((payload) => {
    if (!Array.isArray(payload.value)) return
    const broken = new Set(payload.issues.map((issue) => issue.path?.[0]))
    const firstAt = new Map<string, number>()
    for (const [index, item] of payload.value.entries()) {
      if (broken.has(index)) continue
      const key = keyOf(item)
      if (key === undefined) continue
      const first = firstAt.get(key)
      if (first === undefined) firstAt.set(key, index)
      else
        payload.issues.push({
          code: 'custom',
          input: item,
          path: [index, ...within],
          message: `the same as item ${first + 1} of this list`,
          params: { sameAs: [first, ...within] },
        })
    }
  })
  check._zod.def.when = () => true
  return check
}

/** A list; with `uniqueBy`, two items of the same key are a mistake. As an input: one item a line, or separated by commas. */
export const list = <Item extends z.ZodType>(
  item: Item,
  options: { readonly uniqueBy?: (item: z.output<Item>) => string | undefined } = {},
) => (options.uniqueBy === undefined ? z.array(item) : z.array(item).check(uniqueBy(options.uniqueBy)))
