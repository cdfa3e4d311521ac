import { z } from 'zod'
import type { Context } from '../../contract/context.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { absolutePath } from '../../core/options/common.ts'
import { list } from '../../core/options/list.ts'
import { secretText } from '../../core/options/secret.ts'
import { recipientTrouble } from '../../domain/backup/recipients.ts'
import { seeAge } from '../../tools/age.ts'
import type { BackupEncryption } from './part.ts'

const recipient = () =>
  z.string().superRefine((given, issues) => {
    const trouble = recipientTrouble(given)
    // The value may be a secret key that stands in the wrong place: it is never repeated.
    if (trouble !== undefined) issues.addIssue({ code: 'custom', message: trouble })
  })

/** Options of the section that say to whom backups are encrypted. */
export const encryptOptions = {
  encrypt: z
    .strictObject({
      recipients: list(recipient())
        .default([])
        .meta({ description: 'Public halves of age or ssh keys: two or more, of which one is kept offline.' }),
      'identity-file': absolutePath()
        .optional()
        .meta({ description: 'File on this host with the secret keys that open backups, for `restore`.' }),
      'drill-key': secretText().optional().meta({
        description: 'A secret age key with which each stored file is read again. Whoever takes this server then reads the backups, too.',
      }),
    })
    .prefault({})
    .meta({ description: 'Encryption of the artifacts by the program age.' }),
}

export type EncryptGiven = { readonly encrypt: z.output<typeof encryptOptions.encrypt> }

const timeoutMs = 10_000

/** What is encrypted to whom; why it cannot be where there is no age. */
export const encryptionOf = async (
  { encrypt }: EncryptGiven,
  context: Pick<Context, 'programs' | 'signal' | 'now'>,
): Promise<BackupEncryption | Obstacle> => {
  const { recipients, 'drill-key': drillKey } = encrypt
  if (recipients.length === 0) return { recipients: [], drillKey: undefined }
  const age = await seeAge(context.programs.run, { signal: context.signal, timeoutMs }, () => context.now())
  return age.seen ? { recipients: [...new Set(recipients)], drillKey } : age
}
