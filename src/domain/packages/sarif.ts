import { createHash } from 'node:crypto'
import type { Advisory } from './match.ts'

/** An advisory with what it means here. */
export type SarifResult = { readonly advisory: Advisory; readonly status: 'warning' | 'critical'; readonly advice: string }

/** What code scanning wants where no score is published: the middle of each band. */
const scores = { unknown: '5.0', low: '2.0', medium: '5.5', high: '8.0', critical: '9.5' } as const

const idOf = ({ ids, records }: Advisory): string => ids[0] ?? records[0] ?? 'unknown'

const ruleOf = (advisory: Advisory) => ({
  id: idOf(advisory),
  name: 'VulnerablePackage',
  shortDescription: { text: advisory.summary === '' ? idOf(advisory) : advisory.summary },
  fullDescription: { text: advisory.ids.join(', ') },
  helpUri: advisory.url,
  properties: {
    tags: ['security', advisory.ecosystem],
    'security-severity': advisory.severity.score?.toFixed(1) ?? scores[advisory.severity.name],
  },
})

/** The same for the same vulnerability of the same package in the same file, whatever its line and version: so it stays one alert. */
const fingerprintOf = ({ ecosystem, name }: Advisory, id: string, file: string): string =>
  createHash('sha256').update([ecosystem, name, id, file].join('\n')).digest('hex')

const uriOf = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/')

const resultsOf = ({ advisory, status, advice }: SarifResult) =>
  advisory.places.map((place) => ({
    ruleId: idOf(advisory),
    level: status === 'critical' ? 'error' : 'warning',
    message: { text: `${advisory.name} ${advisory.version}: ${advisory.ids.join(', ')} (${advisory.severity.name}). ${advice}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, region: { startLine: place.line } } }],
    partialFingerprints: { 'rondeAudit/v1': fingerprintOf(advisory, idOf(advisory), place.file) },
  }))

/** SARIF 2.1.0, one result for each place; a rule for each vulnerability. */
export const sarifOf = (results: readonly SarifResult[]) => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: {
          name: 'ronde audit-deps',
          rules: [...new Map(results.map(({ advisory }) => [idOf(advisory), ruleOf(advisory)])).values()],
        },
      },
      results: results.flatMap(resultsOf),
    },
  ],
})
