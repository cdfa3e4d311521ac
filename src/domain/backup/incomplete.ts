import type { Instant } from '../../contract/seen.ts'
import { backupFiles, timeOfBackupId } from './layout.ts'

const dayMs = 86_400_000

/**
 * Files of uploads that never came to their end, which have no manifest: of a backup that is known here, whose upload died, or of one older than
 * a day. A younger one of a stranger may be another machine's that is at work; what is named like no backup is nobody's business.
 */
export const incompleteUploads = (files: readonly string[], known: ReadonlySet<string>, now: Instant): readonly string[] => {
  const byId = Map.groupBy(files, (path) => path.split('/')[0] ?? '')
  return [...byId].flatMap(([id, paths]) => {
    const startedAt = timeOfBackupId(id)?.getTime()
    if (startedAt === undefined || paths.includes(`${id}/${backupFiles.manifest}`)) return []
    return known.has(id) || now - startedAt > dayMs ? paths : []
  })
}
