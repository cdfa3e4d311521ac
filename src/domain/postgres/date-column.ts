/** The column types that can hold a business date, by what a boundary is compared as. */
export const dateColumnKinds = ['date', 'timestamp', 'timestamptz', 'text'] as const
export type DateColumnKind = (typeof dateColumnKinds)[number]

const kindByType: Readonly<Record<string, DateColumnKind>> = {
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
}

/** By the name of the base type in `pg_type`; `undefined` for one that holds no date. */
export const dateColumnKind = (typeName: string): DateColumnKind | undefined => kindByType[typeName]

/** What a text must look like to be compared as a date, for PostgreSQL and for us. */
export const isoDatePattern = '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]|$)'

/** A day with the moment at which it begins. */
type Day = { readonly date: string; readonly start: number }

const boundaries: Record<DateColumnKind, (day: Day) => string> = {
  date: ({ date }) => date,
  // Without a zone it is what the wall showed.
  timestamp: ({ date }) => `${date} 00:00:00`,
  timestamptz: ({ start }) => new Date(start).toISOString(),
  // ISO dates sort as text in every collation: digits at the same places, whatever follows the date.
  text: ({ date }) => date,
}

/** The first value of a day, as the parameter that such a column is compared with. */
export const boundary = (kind: DateColumnKind, day: Day): string => boundaries[kind](day)
