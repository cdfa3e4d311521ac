import { z } from 'zod'
import type { ActionOptions } from '../../contract/action.ts'
import { absolutePath } from '../../core/options/common.ts'
import { duration } from '../../core/options/duration.ts'
import { list } from '../../core/options/list.ts'
import { threshold } from '../../core/options/threshold.ts'
import { endpointsOption } from './parts/endpoints/option.ts'

const text = () => z.string().min(1, 'is empty')
/** Half of a pattern with braces would be looked for as it stands. */
const pattern = () =>
  text()
    .refine((given) => !given.includes('{'), 'has braces, which are no part of a pattern: write a pattern for each of the names')
    .refine((given) => !given.includes('**'), 'holds `**`, which means one folder here as `*` does; write one pattern for each depth')

/** The options of the section `cert-check:`, which are inputs of the same name. */
export const options = {
  endpoints: endpointsOption,
  headers: z.boolean().default(false).meta({
    description: 'Also look at the security headers over HTTPS, and at the redirect from HTTP, of the endpoints that speak HTTPS.',
  }),
  files: list(pattern())
    .default([])
    .meta({ description: 'Certificate files, as absolute paths or patterns such as `/etc/nginx/certs/*.pem`.' }),
  letsencrypt: z
    .union([z.literal(false), absolutePath()], { error: 'expected an absolute path, or false to leave certbot out' })
    .optional()
    .meta({ description: "certbot's folder; `false` leaves certbot out. Default: `/etc/letsencrypt`, when it is there." }),
  'renew-dry-run': z
    .boolean()
    .default(false)
    .meta({ description: 'Also run `certbot renew --dry-run`, at most once a week; deploy hooks are not run by it.' }),
  'nginx-service': text().optional().meta({ description: 'Compose service in which `nginx -t` is run.' }),
  'ca-file': absolutePath()
    .optional()
    .meta({ description: "PEM file of authorities that are trusted besides Node's and those of `NODE_EXTRA_CA_CERTS`." }),
  thresholds: z
    .strictObject({
      expiry: threshold({ kind: 'duration', worse: 'below', unit: 'd' })
        .optional()
        .meta({ description: 'Time left, such as `[30d, 15d]`. Default: relative to the lifetime, at most `[30d, 15d]`.' }),
    })
    .prefault({})
    .meta({ description: 'Limits as `[warning, critical]` or `{ warning, critical, clear }`.' }),
  'renewal-period': duration({ usual: 'h' })
    .prefault('12h')
    .meta({ description: 'How often the renewal runs; twice of it is allowed before a certificate that is due counts as late.' }),
  'reload-grace': duration({ usual: 'm' })
    .prefault('10m')
    .meta({ description: 'How long after its file changed a server may still present the old certificate.' }),
}

export const reads = ['compose', 'privileges'] as const
/** The default of `endpoints`. */
export const borrows = ['health-check.endpoints'] as const

/** What the parts read besides options of their own. */
export type CertOptions = ActionOptions<typeof options, (typeof reads)[number], (typeof borrows)[number]>
