import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attachment } from '../../contract/report.ts'

/** Writes a file beside the report, for a later step of the job: 0600, in a folder of its own. */
export const attachJson = async (folder: string, name: string, value: object): Promise<Attachment> => {
  await mkdir(folder, { recursive: true })
  const path = join(await mkdtemp(join(folder, 'ronde-audit-')), name)
  await writeFile(path, `${JSON.stringify(value)}\n`, { mode: 0o600, flag: 'wx' })
  return { name, path }
}
