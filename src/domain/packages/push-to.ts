/** Adds to the list of a key; a copy for each addition would take a day for a file of 50,000 lines. */
export const pushTo = <Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void => {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [value])
  else known.push(value)
}
