import type { Finding } from '../../src/contract/finding.ts'
import type { PostgresServer } from './postgres.ts'
import { type RondeRun, runRonde } from './ronde.ts'

type Given = Omit<RondeRun, 'inputs'> & { readonly url?: string }

/** Runs db-maintain through its `action.yml` against a server. */
export const runMaintain = async (server: PostgresServer, inputs: Readonly<Record<string, string>>, given: Given = {}) => {
  const { url = server.url, ...rest } = given
  const ran = await runRonde('db-maintain', { ...rest, inputs: { 'database-url': url, ...inputs } })
  const [report] = ran.reports
  if (report === undefined) throw new Error(`no report\n${ran.log}`)
  const byId = (id: string): readonly Finding[] => report.findings.filter((one) => one.id === id)
  const only = (id: string): Finding => {
    const found = byId(id)
    if (found.length !== 1 || found[0] === undefined)
      throw new Error(`${found.length} findings ${id} in ${JSON.stringify(report.findings, null, 1)}`)
    return found[0]
  }
  return { ...ran, report, byId, only, bad: report.findings.filter((one) => one.status !== 'ok').map((one) => `${one.status} ${one.id}`) }
}
