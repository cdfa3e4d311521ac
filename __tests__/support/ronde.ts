import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Finding } from '../../src/contract/finding.ts'
import type { Report, RoundReport } from '../../src/contract/report.ts'
import { type RunnerResult, type RunOptions, runAction } from './runner.ts'

export type RondeRun = Omit<RunOptions, 'actionFile' | 'cwd'> & {
  /** Files of the workspace by their relative path: `{ '.github/ronde.yml': '…' }`. */
  readonly files?: Readonly<Record<string, string>>
  /** A folder that is kept, in place of a workspace of its own. */
  readonly workspace?: string
  /** Keeps state over several runs; by default each run has a new one. */
  readonly stateHome?: string
  /** `dist` for the committed bundle; by default what was emitted just now. */
  readonly code?: 'emitted' | 'dist'
}

export type RondeResult = RunnerResult & {
  /** The JSON report of a single action, or the reports of a round, flattened. */
  readonly reports: readonly Report[]
  readonly findings: readonly Finding[]
}

const actionFile = (name: string, code: 'emitted' | 'dist'): string =>
  join(code === 'dist' ? '.' : '.build', name === 'round' ? 'action.yml' : `actions/${name}/action.yml`)

const readReports = (path: string | undefined): readonly Report[] => {
  if (path === undefined || path === '') return []
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report | RoundReport
  return 'reports' in report ? report.reports : [report]
}

/** A folder that is gone when the test is over. */
export const temporaryFolder = async (): Promise<{ readonly path: string } & AsyncDisposable> => {
  const path = await mkdtemp(join(tmpdir(), 'ronde-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Runs an action, or `round`, through its `action.yml` as the runner would, in a workspace of its own, and reads what it reported. */
export const runRonde = async (
  name: string,
  { files = {}, stateHome, code = 'emitted', workspace, ...options }: RondeRun,
): Promise<RondeResult> => {
  await using own = await temporaryFolder()
  const folder = workspace ?? own.path
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const ran = await runAction({
    ...options,
    actionFile: actionFile(name, code),
    cwd: folder,
    environment: { XDG_STATE_HOME: stateHome ?? join(folder, 'state'), ...options.environment },
  })
  const reports = readReports(ran.outputs['report'])
  await ran.remove()
  return { ...ran, reports, findings: reports.flatMap((report) => report.findings) }
}
