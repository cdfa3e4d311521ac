import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { makeFolder } from '../state/folder.ts'
import type { Publication } from './publication.ts'

const targetOf = ({ report, reportFile, environment }: Publication): string | undefined => {
  if (reportFile !== undefined && reportFile !== '') return resolve(reportFile)
  const folder = environment['RUNNER_TEMP'] ?? ''
  const name = 'reports' in report ? 'round' : report.action
  return folder === '' ? undefined : join(resolve(folder), `ronde-${name}-${randomUUID().slice(0, 8)}.json`)
}

const writeWhole = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Writes the JSON report, 0600, and gives its path; `undefined` when there is no place for it. It appears by rename, so a partial one never looks whole. */
export const writeReportFile = async (publication: Publication): Promise<string | undefined> => {
  const target = targetOf(publication)
  if (target === undefined) return undefined
  makeFolder(dirname(target))
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`)
  try {
    await writeWhole(temporary, `${JSON.stringify(publication.report, null, 2)}\n`)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
  return target
}
