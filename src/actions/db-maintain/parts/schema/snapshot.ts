/** The schema of one database as text: a line for each thing, sorted, each line once. */
export type Schema = { readonly major: number; readonly lines: readonly string[] }

export type SnapshotReading = { readonly ok: true; readonly schema: Schema } | { readonly ok: false; readonly mistake: string }

/** Raised when the lines themselves are written otherwise than before. */
const format = 2
const head = `# ronde schema ${format}`
const majorOf = /^# postgresql (\d{1,3})$/
const told = '# Written by db-maintain with update-snapshot: true. Compared line by line: do not edit.'

/** Line breaks, controls and what hides or turns text: as themselves they could make one line look like another. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const escaped = (line: string): string => line.replace(unseen, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`)

const inOrder = (lines: readonly string[]): readonly string[] => [...new Set(lines)].toSorted()

/** Puts lines of any order and content into the one form that is kept and compared. */
export const canonical = (major: number, lines: readonly string[]): Schema => ({ major, lines: inOrder(lines.map(escaped)) })

export const writeSnapshot = ({ major, lines }: Schema): string =>
  [head, `# postgresql ${major}`, told, ...lines].map((line) => `${line}\n`).join('')

/** Reads what `writeSnapshot` wrote, also after git turned its line ends. */
export const readSnapshot = (text: string): SnapshotReading => {
  const lines = text.split(/\r?\n/)
  if (lines[0] !== head) return { ok: false, mistake: lines[0]?.startsWith('# ronde schema ') ? otherFormat : noSnapshot }
  const major = majorOf.exec(lines[1] ?? '')?.[1]
  if (major === undefined) return { ok: false, mistake: 'its second line does not say which PostgreSQL it is of' }
  return {
    ok: true,
    schema: { major: Number(major), lines: inOrder(lines.slice(2).filter((line) => line !== '' && !line.startsWith('#'))) },
  }
}

const otherFormat = 'it was written by another release of Ronde'
const noSnapshot = `it is no snapshot of a schema: its first line is not "${head}"`

/** Without the lines of these things, which are written as their lines begin. */
export const without = (lines: readonly string[], things: readonly string[]): readonly string[] =>
  things.length === 0 ? lines : lines.filter((line) => !things.some((one) => isOf(line, one)))

/** A column, an index or a trigger of a foreign table or a materialized view may stand at `table`. */
const isOf = (line: string, thing: string): boolean => {
  const name = thing.replace(/^[a-z ]*? (?=[^ ]*\.)/, '')
  const start = line.indexOf(name)
  return (
    start > 0 &&
    /^(?:foreign table|materialized view|table|view|function|procedure) $/.test(line.slice(0, start)) &&
    /^(?:$|[ (])/.test(line.slice(start + name.length))
  )
}

/** What only one side has, sorted so that the two forms of a changed line stand together: `-` in the snapshot, `+` in the database. */
export type Difference = { readonly removed: number; readonly added: number; readonly lines: readonly string[] }

export const compareSchemas = (snapshot: readonly string[], database: readonly string[]): Difference => {
  const [before, after] = [new Set(snapshot), new Set(database)]
  const removed = snapshot.filter((line) => !after.has(line))
  const added = database.filter((line) => !before.has(line))
  const signed = [...removed.map((line) => ({ sign: '-', line })), ...added.map((line) => ({ sign: '+', line }))]
  // A stable sort: of two equal keys the removed one stays first.
  const lines = signed.toSorted((a, b) => order(thingOf(a.line), thingOf(b.line))).map(({ sign, line }) => sign + line)
  return { removed: removed.length, added: added.length, lines }
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

const name = String.raw`(?:"(?:[^"]|"")*"|[^ "(])+`
const kind = '(?:foreign table|materialized view|window function|[a-z]+)'
const part = '(?:column|constraint|policy|index|trigger|rule) (?:CREATE (?:UNIQUE |CONSTRAINT )?(?:INDEX|TRIGGER|RULE) )?'
const thing = new RegExp(`^${kind} ${name}(?: ${part}${name})?`)

/** `table public.game column points`, the part of a line that names what it is of. */
const thingOf = (line: string): string => thing.exec(line)?.[0] ?? line
