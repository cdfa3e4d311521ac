/** A column as it lies in a row, by its type and the planner's statistics. */
export type StoredColumn = {
  /** Bytes of a fixed length; -1 for those with a length of their own, -2 for a C string. */
  readonly length: number
  /** Where a value may begin: at each byte, or at multiples of 2, 4, 8. */
  readonly align: 1 | 2 | 4 | 8
  /** The mean of those that are not null, with the length's own bytes. */
  readonly width: number
  /** Of all rows; 1 for a column that is dropped, or is not stored. */
  readonly nullShare: number
}

const upTo = (bytes: number, multiple: number): number => Math.ceil(bytes / multiple) * multiple

/** Shorter texts have a length of one byte and begin anywhere. */
const shortest = 127

const alignOf = ({ length, align, width }: StoredColumn): number => (length === -2 || (length === -1 && width < shortest) ? 1 : align)

/** The mean of what the values take, in the order of the columns: between two of them there may be room for the second to begin. */
const dataBytes = (columns: readonly StoredColumn[]): number =>
  columns.reduce((end, one) => end + (1 - one.nullShare) * (upTo(end, alignOf(one)) - end + one.width), 0)

const shareWithNull = (columns: readonly StoredColumn[]): number => 1 - columns.reduce((share, { nullShare }) => share * (1 - nullShare), 1)

const itemPointer = 4

type Headers = { readonly plain: number; readonly withNulls: number }

const rowBytes = (columns: readonly StoredColumn[], { plain, withNulls }: Headers): number => {
  const [data, nulls] = [dataBytes(columns), shareWithNull(columns)]
  return itemPointer + (1 - nulls) * upTo(plain + data, 8) + nulls * upTo(withNulls + data, 8)
}

/** With its item pointer. A bit for each column says which are null, where one is. */
export const tableRowBytes = (columns: readonly StoredColumn[]): number =>
  rowBytes(columns, { plain: 24, withNulls: upTo(23 + Math.ceil(columns.length / 8), 8) })

/** The key of a B-tree, whose bits are always four bytes. Equal keys may be stored once, which only hides bloat. */
export const keyBytes = (columns: readonly StoredColumn[]): number => rowBytes(columns, { plain: 8, withNulls: 16 })

const page = 8192
const pageHeader = 24
/** A page of a B-tree has these at its end. */
const special = 16

type Fill = { readonly rows: number; readonly fillfactor: number }

/** What a table of these rows takes when it is made anew. */
export const freshTableBytes = (columns: readonly StoredColumn[], { rows, fillfactor }: Fill): number =>
  page * Math.ceil((Math.max(rows, 0) * tableRowBytes(columns)) / ((page - pageHeader) * (fillfactor / 100)))

/** The same of an index; its first page holds no keys. */
export const freshIndexBytes = (columns: readonly StoredColumn[], { rows, fillfactor }: Fill): number =>
  page * (1 + Math.ceil((Math.max(rows, 0) * keyBytes(columns)) / ((page - pageHeader - special) * (fillfactor / 100))))
