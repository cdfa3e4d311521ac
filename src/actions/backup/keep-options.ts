import { z } from 'zod'
import { list } from '../../core/options/list.ts'
import { timeOfBackupId } from '../../domain/backup/layout.ts'
import type { RetainOptions } from './retain.ts'

const count = (most: number) => z.number().int().min(0).max(most)
/** A century: what is made for a restore prunes nothing. */
const mostDays = 36_600
const mostSlots = 1_000

const backupId = () =>
  z.string().refine((id) => timeOfBackupId(id) !== undefined, 'is no id of a backup, such as 20261130T021700Z-0123456789abcdef')

/** Options of the section that say what stays. */
export const keepOptions = {
  keep: z
    .strictObject({
      days: count(mostDays).default(30).meta({ description: 'All backups that are younger stay.' }),
      daily: count(mostSlots).default(7).meta({ description: 'Of so many days the newest proven backup.' }),
      weekly: count(mostSlots).default(4).meta({ description: 'Of so many weeks, which begin on Monday.' }),
      monthly: count(mostSlots).default(12).meta({ description: 'Of so many months.' }),
      yearly: count(mostSlots).default(3).meta({ description: 'Of so many years.' }),
      'min-verified': z
        .number()
        .int()
        .min(1)
        .max(mostSlots)
        .default(2)
        .meta({ description: 'So many proven ones stay whatever their age.' }),
      pin: list(backupId()).default([]).meta({ description: 'Ids of backups that stay; a file `pin` in their folder says the same.' }),
    })
    .prefault({})
    .meta({ description: 'Which backups stay: the union of these rules.' }),
  'prune-limit': z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'How many backups of one source may go at once. Default: 3, or a quarter of them.' }),
  accept: list(backupId())
    .default([])
    .meta({ description: 'Ids of backups that are right although they hold less than half of those before; given once.' }),
}

type KeepGiven = { readonly keep: z.output<typeof keepOptions.keep>; readonly 'prune-limit'?: number | undefined }

export const retainOptionsOf = ({ keep, 'prune-limit': pruneLimit }: KeepGiven): RetainOptions => {
  const { 'min-verified': minVerified, days, daily, weekly, monthly, yearly, pin } = keep
  return { keep: { days, daily, weekly, monthly, yearly, minVerified, pin }, pruneLimit }
}
