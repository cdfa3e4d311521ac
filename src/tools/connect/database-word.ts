import { hash } from 'node:crypto'
import type { DatabaseOptions } from '../../contract/database.ts'
import { parseConninfo } from '../../domain/postgres/conninfo.ts'

/**
 * A configured database in one word: its service, or a digest of `host:port/name`, which may stand where its address must not. Undefined when
 * none is configured, or nobody can read it.
 */
export const databaseWord = ({ service, url }: DatabaseOptions): string | undefined => {
  if (url === undefined) return service
  const read = parseConninfo(url)
  if (!read.ok) return undefined
  const { host = '', hostaddr = '', port = '5432', user = '', dbname = user } = read.value
  // Both: the name alone could be led elsewhere by the address.
  const place = host === '' && hostaddr === '' ? 'localhost' : [host, hostaddr].filter((one) => one !== '').join('@')
  return hash('sha256', `${place}:${port}/${dbname}`).slice(0, 16)
}

const name = /\$\{[A-Za-z_]\w*\}/g
const secretKeyword = /password|secret|_key$/
/** Stands for a name wherever one may stand, also as a port. */
const mark = '64957'

/** Whether a URL as it was written may be kept: what is secret in it stands in the environment, and only its name here. */
export const mayBeKept = (written: string): boolean => {
  if (written.includes(mark)) return false
  const marked = written.trim().replace(name, mark)
  if (marked === mark) return true
  const read = parseConninfo(marked)
  return read.ok && Object.entries(read.value).every(([key, value]) => !secretKeyword.test(key) || value.replaceAll(mark, '') === '')
}
