import { z } from 'zod'

const texts = z.array(z.string()).catch([])
const severities = z.array(z.object({ type: z.string(), score: z.string() })).catch([])

const event = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
  limit: z.string().optional(),
})

const affected = z.object({
  package: z.object({ ecosystem: z.string(), name: z.string() }).optional().catch(undefined),
  ranges: z.array(z.object({ type: z.string(), events: z.array(event).catch([]) })).catch([]),
  versions: texts,
  severity: severities,
  ecosystem_specific: z.object({ severity: z.string().optional(), urgency: z.string().optional() }).catch({}),
})

/** As much of a record of OSV (ossf.github.io/osv-schema) as is used; what else it holds, or holds in another shape, is left out. */
export const osvRecord = z.object({
  id: z.string().min(1).max(200),
  modified: z.string().catch(''),
  withdrawn: z.string().optional(),
  aliases: texts,
  summary: z.string().catch(''),
  severity: severities,
  affected: z.array(affected).catch([]),
  references: z.array(z.object({ type: z.string().catch(''), url: z.string() })).catch([]),
  database_specific: z.object({ severity: z.unknown() }).catch({ severity: undefined }),
})

/** A record of OSV. Its texts are untrusted. */
export type OsvRecord = z.output<typeof osvRecord>
export type OsvAffected = OsvRecord['affected'][number]
