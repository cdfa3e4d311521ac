/** What to make of each member of a union, by the field that tells them apart. */
export type CasesByTag<Union, Tag extends keyof Union, Args extends readonly unknown[], Out> = {
  readonly [Kind in Union[Tag] & string]: (one: Extract<Union, { readonly [Name in Tag]: Kind }>, ...args: Args) => Out
}

/** Chooses by the tag. The compiler cannot follow that a member has the case of its own tag: said here once, and nowhere else. */
export const byTag = <Tag extends string, Union extends { readonly [Name in Tag]: string }, Args extends readonly unknown[], Out>(
  tag: Tag,
  cases: CasesByTag<Union, Tag, Args, Out>,
  one: Union,
  ...args: Args
): Out => {
  const chosen = cases[one[tag]] as (one: Union, ...args: Args) => Out
  return chosen(one, ...args)
}
