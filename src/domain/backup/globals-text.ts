/** pg_dumpall guards its scripts with words of one run, which say nothing and which only psql reads. */
const isGuard = (line: string): boolean => /^\\(?:un)?restrict \S+$/.test(line)

const statementsOf = (text: string): readonly string[] => text.split('\n').filter((line) => !isGuard(line))

/** The script for a server whose first superuser has this name already. `bootstrap`: the name as it is, and as SQL writes it. */
export const loadableGlobals = (text: string, bootstrap: readonly string[]): string => {
  const known = new Set(bootstrap.map((name) => `CREATE ROLE ${name};`))
  return statementsOf(text)
    .filter((line) => !known.has(line))
    .join('\n')
}

/** What a line is about; a password stands behind it. */
const headOf = (line: string): string => line.split(' WITH ')[0]?.split(' SET ')[0]?.slice(0, 200) ?? ''

/** Of a grant whose grantor is gone, the copy's grantor is who made the copy. */
const withoutOwn = (text: string, own: string): readonly string[] =>
  statementsOf(text.replaceAll(` GRANTED BY ${own}`, '')).filter((line) => !line.includes(own))

/** Those of one list that the other has not, each as often as it has it more. */
const missingIn = (lines: readonly string[], others: readonly string[]): readonly string[] => {
  const left = new Map<string, number>()
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1)
  return lines.filter((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}

/**
 * Lines that only one side has, by their heads. `own`: the name of our role in the copy, which nobody can guess. The order of roles may differ between servers that sort in
 * another way.
 */
export const compareGlobals = (source: string, copy: string, own: string): readonly string[] => {
  const [wanted, found] = [statementsOf(source), withoutOwn(copy, own)]
  return [
    ...missingIn(wanted, found).map((line) => `${headOf(line)}: not as in the source`),
    ...missingIn(found, wanted).map((line) => `${headOf(line)}: not in the source`),
  ]
}
