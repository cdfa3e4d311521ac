import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { folderFault, trustedUsers } from '../../tools/folder-trust.ts'
import { makeFolder } from '../state/folder.ts'
import type { Publication } from './publication.ts'

const isNamed = ({ reportFile }: Publication): boolean => reportFile !== undefined && reportFile !== ''

const targetOf = (publication: Publication): string | undefined => {
  const { report, reportFile = '', environment } = publication
  if (isNamed(publication)) return resolve(reportFile)
  const folder = environment['RUNNER_TEMP'] ?? ''
  const name = 'reports' in report ? 'round' : report.action
  return folder === '' ? undefined : join(resolve(folder), `ronde-${name}-${randomUUID().slice(0, 8)}.json`)
}

/** `lasting`: on the disk before it has its name, so that a loss of power leaves no empty report in the place of one. The runner's folder does not outlive one. */
const writeWhole = (path: string, text: string, lasting: boolean): void => {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, text)
    if (lasting) fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** In a container of a job everything runs as root, and the runner's folders belong to the runner's user, who gave us this very job. */
const runnerUsers = ({ environment }: Publication): readonly number[] => {
  const runnerTemp = environment['RUNNER_TEMP'] ?? ''
  const owner = process.getuid?.() === 0 && runnerTemp !== '' ? statSync(runnerTemp, { throwIfNoEntry: false })?.uid : undefined
  return owner === undefined ? [] : [owner]
}

/** Makes the folder; throws where somebody else could put another file in the place of ours before it is read. */
const prepare = (directory: string, publication: Publication): void => {
  const trusted = trustedUsers(...runnerUsers(publication))
  const before = folderFault(directory, trusted)
  if (before === 'absent') makeFolder(directory)
  const fault = before === 'absent' ? folderFault(directory, trusted) : before
  if (fault === undefined) return
  const why = fault === 'absent' ? `${directory}: vanished` : `${fault.path}: ${fault.reason}`
  throw new Error(`${why}; somebody else could put another file in the report's place: name a file of another folder in report-file`)
}

/** Writes the JSON report, 0600, and gives its path; `undefined` when there is no place for it. It appears by rename, so a partial one never looks whole. */
export const writeReportFile = (publication: Publication): string | undefined => {
  const target = targetOf(publication)
  if (target === undefined) return undefined
  prepare(dirname(target), publication)
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`)
  try {
    writeWhole(temporary, `${JSON.stringify(publication.report, null, 2)}\n`, isNamed(publication))
    renameSync(temporary, target)
  } finally {
    rmSync(temporary, { force: true })
  }
  return target
}
