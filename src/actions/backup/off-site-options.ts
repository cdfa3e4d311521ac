import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { list } from '../../core/options/list.ts'
import { secretText } from '../../core/options/secret.ts'
import { httpUrl } from '../../core/options/url.ts'

const text = () => z.string().min(1, 'is empty')

const s3 = z.strictObject({
  bucket: text(),
  endpoint: httpUrl(),
  region: z.string().default('us-east-1'),
  'access-key': secretText(),
  'secret-key': secretText(),
})

const remote = /^[\w.+@-][\w.+@ -]*:/

const target = z
  .strictObject({
    directory: text()
      .refine((path) => isAbsolute(path), 'is no absolute path')
      .optional()
      .meta({ description: 'A folder that is there: of another disk, or of a share.' }),
    rclone: text()
      .regex(remote, 'is no remote such as nas:backups')
      .optional()
      .meta({ description: 'A remote of rclone, as its own configuration names it.' }),
    'rclone-config': text().optional().meta({ description: "rclone's configuration file; by default its own." }),
    s3: s3.optional().meta({ description: 'A bucket, through rclone; the keys reach it by its environment.' }),
  })
  .refine(
    (one) => [one.directory, one.rclone, one.s3].filter((given) => given !== undefined).length === 1,
    'expected exactly one of directory, rclone, s3',
  )

export const offSiteOption = list(target).default([]).meta({ description: 'Where copies go: `directory`, `rclone` or `s3` each.' })

export type OffSiteOption = z.output<typeof target>
