import { defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { type CertOptions, options } from './options.ts'
import { overviewOf } from './overview.ts'
import type { Part } from './part.ts'
import { part as endpoints } from './parts/endpoints/part.ts'
import { part as files } from './parts/files/part.ts'
import { part as headers } from './parts/headers/part.ts'
import { part as letsencrypt } from './parts/letsencrypt/part.ts'
import { part as nginx } from './parts/nginx/part.ts'
import { judgeServedVersusDisk } from './parts/served-versus-disk/part.ts'
import { runParts } from './run-parts.ts'

const parts: readonly Part[] = [endpoints, headers, files, letsencrypt, nginx]

const run = async (given: CertOptions, context: Context) => {
  const now = context.now()
  const looked = await runParts(
    parts.filter((part) => part.wanted(given)),
    given,
    context,
    now,
  )
  const both = { served: looked.flatMap((one) => one.served ?? []), onDisk: looked.flatMap((one) => one.onDisk ?? []) }
  const all = [...looked, judgeServedVersusDisk(both, given, now)]
  return {
    scope: all.filter((one) => one.completed).map((one) => one.check),
    findings: all.flatMap((one) => one.findings),
    attachments: [],
    ...overviewOf(all, now),
  }
}

export const action = defineAction({
  name: 'cert-check',
  description: 'Checks served certificates, certificate files, certbot and nginx, and says what expires, what is wrong and what to do.',
  kind: 'observe',
  reads: ['compose', 'privileges'],
  borrows: ['health-check.endpoints'],
  options,
  outputs: {
    'expires-in-days': { description: 'Whole days until the first of the certificates expires; empty when none was seen.' },
    certificates: { description: 'Number of different certificates that were seen.' },
  },
  // A dry run of certbot waits for the authority, lineage after lineage.
  timeoutMs: ({ 'renew-dry-run': dryRun }) => (dryRun ? 420_000 : 120_000),
  run: (given, context) => run(given as unknown as CertOptions, context),
})
