import { z } from 'zod'
import type { ActionOptions } from '../../contract/action.ts'
import { list } from '../../core/options/list.ts'
import { httpUrl } from '../../core/options/url.ts'
import { workspacePath } from '../../core/options/workspace-path.ts'

const text = () => z.string().min(1, 'is empty')
/** A service of compose, or a reference of an image. */
const imageName = () => z.string().regex(/^[a-z0-9][a-z0-9._:/@-]{0,254}$/i, 'expected a service or an image such as web or postgres:16')
const level = () => z.enum(['low', 'medium', 'high', 'critical'])

/** The options of the section `audit-deps:`, which are inputs of the same name. */
export const options = {
  paths: list(text()).default([]).meta({
    description:
      'Patterns such as `backend/**` of the files to audit. Default: every known lockfile outside `node_modules`, `vendor`, `.git`, `.venv` and `dist`.',
  }),
  ecosystems: list(z.enum(['PyPI', 'npm']))
    .default([])
    .meta({ description: 'Only these. Default: all.' }),
  severity: z
    .strictObject({
      runtime: level().default('high').meta({ description: 'For what runs in production.' }),
      dev: level().default('critical').meta({ description: 'For what only development needs, where the lockfile tells it.' }),
    })
    .prefault({})
    .meta({ description: 'From which severity a vulnerability is critical; below it is a warning.' }),
  'unknown-severity': z
    .enum(['warning', 'critical', 'ignore'])
    .default('warning')
    .meta({ description: 'What a vulnerability is whose severity nobody published.' }),
  'critical-packages': list(text())
    .default(['django', 'djangorestframework'])
    .meta({ description: 'Packages of which every vulnerability is at least high, and opens an incident at once.' }),
  'only-fixable': z.boolean().default(false).meta({ description: 'Leave out what no version fixes; malware is always told.' }),
  'ignore-file': workspacePath().prefault('.github/ronde-ignore.yml').meta({
    description: 'Accepted risks: a list of `{ id, package, version, path, reason, expires }`, each with a reason and an expiry.',
  }),
  images: list(imageName())
    .default([])
    .meta({ description: 'Also look into these local images, by compose service or reference; never counted in `vulnerabilities`.' }),
  comment: z
    .boolean()
    .default(true)
    .meta({ description: 'Tell a pull request what it brings, by one comment; it needs `pull-requests: write`.' }),
  sarif: z.boolean().default(false).meta({ description: 'Write SARIF for code scanning; the output `sarif-file` is its path.' }),
  sbom: z.boolean().default(false).meta({ description: 'Write a bill of materials (CycloneDX); the output `sbom-file` is its path.' }),
  base: text()
    .optional()
    .meta({ description: "Commit or branch to compare with: only what is new against it is told. Default: a pull request's base." }),
  offline: z.boolean().default(false).meta({
    description:
      "Judge by OSV's files of whole ecosystems, which are kept and fetched at most once a day, instead of asking OSV about packages; without EPSS.",
  }),
  'osv-zip-url': httpUrl()
    .prefault('https://osv-vulnerabilities.storage.googleapis.com')
    .meta({ description: 'For `offline`: where `/<ecosystem>/all.zip` is.' }),
  'osv-url': httpUrl().prefault('https://api.osv.dev').meta({ description: "Where OSV's API is." }),
  'kev-url': httpUrl()
    .prefault('https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json')
    .meta({ description: "CISA's catalogue of known exploited vulnerabilities, as JSON." }),
  'epss-url': httpUrl().prefault('https://api.first.org/data/v1/epss').meta({ description: 'Where EPSS answers `?cve=`.' }),
}

export const reads = ['compose'] as const

/** What the parts read besides options of their own. */
export type AuditOptions = ActionOptions<typeof options, (typeof reads)[number]>
