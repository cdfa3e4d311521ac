import type { Status } from '../../contract/status.ts'
import { canonicalName } from '../../domain/packages/ecosystem.ts'
import type { Advisory } from '../../domain/packages/match.ts'
import { type SeverityName, severityRank } from '../../domain/packages/severity.ts'
import type { AuditOptions } from './options.ts'
import type { ExploitedAnswer } from './sources/exploited.ts'

type RankOptions = Pick<AuditOptions, 'severity' | 'unknown-severity' | 'critical-packages' | 'only-fixable'>

/** An advisory with what it means here. */
export type RankedAdvisory = {
  readonly advisory: Advisory
  readonly status: Extract<Status, 'warning' | 'critical'>
  /** Why it is worse than its own severity says; empty where it is not. */
  readonly because: readonly string[]
  /** Opens an incident at once. */
  readonly atOnce: boolean
  readonly epss: number | undefined
}

const isMalware = ({ records }: Advisory): boolean => records.some((id) => id.startsWith('MAL-'))

/** Records of those who watch over an ecosystem; a vendor's word on its own builds raises no alarm. */
const isOfEcosystem = ({ records }: Advisory): boolean => records.some((id) => /^(?:CVE|GHSA|PYSEC|MAL|OSV)-/.test(id))

const isCriticalPackage = (advisory: Advisory, names: readonly string[]): boolean =>
  names.some((name) => canonicalName(advisory.ecosystem, name) === advisory.name) && isOfEcosystem(advisory)

const scopeOf = ({ places }: Advisory): 'runtime' | 'dev' => (places.some(({ scope }) => scope === 'runtime') ? 'runtime' : 'dev')

const statusBySeverity = (name: SeverityName, advisory: Advisory, options: RankOptions): RankedAdvisory['status'] | 'ignore' => {
  if (name === 'unknown') return options['unknown-severity']
  return severityRank(name) >= severityRank(options.severity[scopeOf(advisory)]) ? 'critical' : 'warning'
}

const inKev = ({ ids }: Advisory, { kev }: ExploitedAnswer): boolean => ids.some((id) => kev.has(id))

const epssOf = ({ ids }: Advisory, { epss }: ExploitedAnswer): number | undefined => {
  const values = ids.flatMap((id) => epss.get(id) ?? [])
  return values.length === 0 ? undefined : Math.max(...values)
}

const reasons = (advisory: Advisory, options: RankOptions, exploited: ExploitedAnswer) => ({
  malware: isMalware(advisory),
  kev: inKev(advisory, exploited),
  listed: isCriticalPackage(advisory, options['critical-packages']),
})

const words = ({ malware, kev, listed }: ReturnType<typeof reasons>): readonly string[] => [
  ...(malware ? ['it is malware'] : []),
  ...(kev ? ['known to be exploited (CISA KEV)'] : []),
  ...(listed ? ['a package of `critical-packages`'] : []),
]

/** What an advisory means by the options; undefined where they leave it out. */
export const rankAdvisory = (advisory: Advisory, options: RankOptions, exploited: ExploitedAnswer): RankedAdvisory | undefined => {
  const why = reasons(advisory, options, exploited)
  if (options['only-fixable'] && advisory.fixed === undefined && !why.malware) return undefined
  const { name } = advisory.severity
  const raised: SeverityName = why.listed && severityRank(name) < severityRank('high') ? 'high' : name
  const status = why.malware || why.kev ? 'critical' : statusBySeverity(raised, advisory, options)
  if (status === 'ignore') return undefined
  return { advisory, status, because: words(why), atOnce: why.malware || why.kev || why.listed, epss: epssOf(advisory, exploited) }
}
