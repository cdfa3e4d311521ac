import type { z } from 'zod'
import { parsedText } from '../../core/options/parsed-text.ts'
import { shown } from '../../core/options/shown.ts'
import { readColumnName, readTableName, type TableName } from './table-name.ts'

const table = 'a table such as game, public.game or "Game"'
const index = 'an index such as idx_game, public.idx_game or "Idx"'
const column = 'a column such as day_date or "dayDate"'

const nameOf = (expected: string): z.ZodType<TableName, string> =>
  parsedText({
    expected,
    read: (text) => {
      const value = readTableName(text)
      return value === undefined ? { mistake: `${shown(text)} is not ${expected}` } : { value }
    },
  })

/** A table as SQL writes its name, with a schema if wanted; anything that is more than a name is a mistake. */
export const tableName = (): z.ZodType<TableName, string> => nameOf(table)

/** An index, likewise. */
export const sqlIndexName = (): z.ZodType<TableName, string> => nameOf(index)

/** A column as SQL writes its name. */
export const columnName = (): z.ZodType<string, string> =>
  parsedText({
    expected: column,
    read: (text) => {
      const value = readColumnName(text)
      return value === undefined ? { mistake: `${shown(text)} is not ${column}` } : { value }
    },
  })
