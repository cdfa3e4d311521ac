import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../../src/contract/finding.ts'
import type { DatabaseManifest } from '../../src/domain/backup/manifest.ts'
import type { PostgresServer } from './postgres.ts'
import { type RondeRun, runRonde } from './ronde.ts'

type Given = Omit<RondeRun, 'inputs'> & {
  readonly url?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly database?: string
}

/** Runs the action through its `action.yml` against a server. */
export const runBackup = async (server: PostgresServer, root: string, { url, inputs = {}, database = 'quiz', ...rest }: Given = {}) => {
  const ran = await runRonde('backup', {
    ...rest,
    inputs: { 'database-url': url ?? server.url.replace(/\/postgres$/, `/${database}`), root, server: 'quiz-prod', ...inputs },
  })
  const verified = (): Finding => {
    const found = ran.findings.filter(({ id }) => id === 'backup.verified')
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} findings backup.verified\n${ran.log}`)
    return found[0]
  }
  return { ...ran, verified }
}

/** What lies in a root, with its kinds of folders; nothing of `.partial-…` is left out. */
export const lyingIn = (root: string): readonly string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()

export const manifestIn = (path: string): DatabaseManifest =>
  JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as DatabaseManifest
