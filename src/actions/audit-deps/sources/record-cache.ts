import { z } from 'zod'
import { readJson } from '../../../core/read-json.ts'
import { type OsvRecord, osvRecord } from '../../../domain/packages/osv-record.ts'

/** Records by id, each good for as long as OSV says the same time of its last change. */
export type RecordCache = {
  readonly get: (id: string, modified: string) => OsvRecord | undefined
  readonly put: (id: string, modified: string, record: OsvRecord) => void
  /** As text, what this run used only; undefined when that is more than is kept. */
  readonly kept: () => string | undefined
}

const stored = z.array(z.object({ id: z.string(), modified: z.string(), record: osvRecord }))
type Stored = z.output<typeof stored>[number]

const longest = 16 * 1024 * 1024
const mostValues = 2_000_000

/** `text`: what an earlier run kept; anything else than that is no cache. */
export const createRecordCache = (text: string | undefined): RecordCache => {
  const json = readJson(text ?? '[]', mostValues)
  const read = stored.safeParse('value' in json ? json.value : undefined)
  const before = new Map((read.data ?? []).map((one) => [one.id, one]))
  const used = new Map<string, Stored>()
  return {
    get: (id, modified) => {
      const known = before.get(id)
      if (known === undefined || modified === '' || known.modified !== modified) return undefined
      used.set(id, known)
      return known.record
    },
    put: (id, modified, record) => void used.set(id, { id, modified, record }),
    kept: () => {
      const all = JSON.stringify([...used.values()])
      return all.length <= longest ? all : undefined
    },
  }
}
