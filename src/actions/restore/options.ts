import { z } from 'zod'
import type { ActionOptions } from '../../contract/action.ts'
import { timeOfBackupId } from '../../domain/backup/layout.ts'
import { latestVerified } from '../../domain/restore/choose.ts'
import { restoreId } from '../../domain/restore/names.ts'

export const restoreKinds = ['database'] as const

const backupId = () =>
  z
    .string()
    .refine(
      (id) => id === latestVerified || timeOfBackupId(id) !== undefined,
      `is neither ${latestVerified} nor the id of a backup, such as 20261130T021700Z-0123456789abcdef; a path is none`,
    )

const databaseName = () =>
  z
    .string()
    .min(1, 'is empty')
    .refine((name) => Buffer.byteLength(name) <= 63, 'is longer than a name of PostgreSQL')
    .refine((name) => !['template0', 'template1'].includes(name), 'is a template of the server')

export const options = {
  backup: backupId().default(latestVerified).meta({ description: 'Id of the backup, or `latest-verified`.' }),
  kind: z.enum(restoreKinds).default('database').meta({ description: 'What is restored.' }),
  target: databaseName().optional().meta({ description: 'The database that it becomes; by default the configured one.' }),
  from: z.enum(['off-site']).optional().meta({ description: '`off-site`: the backup is fetched from `backup.off-site` first.' }),
  into: z
    .enum(['beside'])
    .optional()
    .meta({ description: '`beside`: the copy stays for 7 days beside the live database, which nothing happens to.' }),
  undo: z
    .string()
    .regex(restoreId, 'is no id of a restore: 12 hexadecimal digits')
    .optional()
    .meta({ description: 'Id of a restore that is taken back: what it replaced takes its place again.' }),
  'trust-unsigned': z
    .boolean()
    .default(false)
    .meta({ description: 'Restore a backup that no known key signed, by its id. Whoever wrote it decides what is in the database.' }),
  digest: z
    .string()
    .regex(/^[0-9a-f]{12}$/, 'is no digest of a plan: 12 hexadecimal digits')
    .optional()
    .meta({ description: 'Of the plan that is applied; the run before printed it.' }),
  confirm: z.string().optional().meta({ description: 'To apply: `<database>@<server>`, as the plan says it.' }),
}

export const reads = ['compose', 'database'] as const
export const borrows = ['backup.root', 'backup.trusted-keys', 'backup.encrypt', 'backup.off-site'] as const

export type RestoreOptions = ActionOptions<typeof options, (typeof reads)[number], (typeof borrows)[number]>

/** Whether these options change anything. */
export const changesSomething = ({ digest, into }: Pick<RestoreOptions, 'digest' | 'into'>): boolean =>
  digest !== undefined || into === 'beside'
