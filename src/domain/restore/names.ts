/** PostgreSQL cuts longer names, in bytes. */
const longestName = 63

/** The id of a restore: 12 hexadecimal digits. */
export const restoreId = /^[0-9a-f]{12}$/

/** At most so many bytes of UTF-8, with no character cut in two. */
const cut = (text: string, most: number): string => {
  let [bytes, kept] = [0, '']
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > most) break
    kept += character
  }
  return kept
}

const withSuffix = (database: string, suffix: string): string => `${cut(database, longestName - suffix.length)}${suffix}`

/** The copy beside the database, until it takes its place. */
export const copyNameOf = (database: string, id: string): string => withSuffix(database, `__restore_${id}`)

/** What the database is called that was replaced, until it goes. */
export const beforeNameOf = (database: string, id: string): string => withSuffix(database, `__before_${id}`)

/** Roles that live as long as the copy is loaded. */
export const restoreRoles = (id: string) => ({ loader: `ronde_loader_${id}`, reader: `ronde_reader_${id}` })

/** What a person types to apply. */
export const confirmWord = (database: string, server: string): string => `${database}@${server}`
