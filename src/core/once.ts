/** Makes something when it is first asked for, and gives the same ever after: what most runs do without costs them nothing. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
