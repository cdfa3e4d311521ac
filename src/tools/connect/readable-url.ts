import { parseConninfo } from '../../domain/postgres/conninfo.ts'

/** Whether a database URL reads in one way only; of another one no part may be taken for the password alone. */
export const isReadableUrl = (text: string): boolean => parseConninfo(text).ok
