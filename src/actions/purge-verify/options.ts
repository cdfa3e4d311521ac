import { z } from 'zod'
import type { ActionOptions, Senseless } from '../../contract/action.ts'
import { duration } from '../../core/options/duration.ts'
import { parsedText } from '../../core/options/parsed-text.ts'
import { shown } from '../../core/options/shown.ts'
import { timeZone } from '../../core/options/time-zone.ts'
import { patternTrouble } from '../../core/text/line-pattern.ts'
import { columnName, tableName } from '../../domain/postgres/sql-name.ts'

const grammar = (pattern: RegExp, expected: string) =>
  parsedText({
    expected,
    pattern,
    read: (text) => (pattern.test(text) ? { value: text } : { mistake: `${shown(text)} is not ${expected}` }),
  })

const service = () => grammar(/^[a-z0-9][a-z0-9._-]{0,62}$/i, 'a compose service')

const linePattern = parsedText({
  expected: 'a regular expression such as Purge OK: (?<rows>\\d+) rows',
  read: (text) => {
    const trouble = text === '' ? 'is empty' : patternTrouble(text)
    return trouble === undefined ? { value: text } : { mistake: `${shown(text)} ${trouble}` }
  },
})

const log = z
  .strictObject({
    service: service().optional().meta({ description: 'A compose service, whose containers write the line.' }),
    path: grammar(/^\//, 'an absolute path').optional().meta({ description: 'A file, with what rotation made of it.' }),
    journal: grammar(/^[a-z0-9][\w:.@\\-]{0,254}$/i, 'a systemd unit such as purge.service')
      .optional()
      .meta({ description: 'A systemd unit.' }),
    pattern: linePattern
      .prefault('Purge OK')
      .meta({ description: 'Regular expression for the line; a named group `(?<rows>\\d+)` is the number of rows deleted.' }),
    'time-zone': timeZone().optional().meta({ description: 'Of times without an offset in a file; by default the business zone.' }),
  })
  .refine((one) => [one.service, one.path, one.journal].filter((place) => place !== undefined).length === 1, {
    error: 'expected exactly one of service, path, journal',
  })
  .meta({ oneOf: ['service', 'path', 'journal'].map((place) => ({ type: 'object', required: [place], properties: { [place]: {} } })) })

const runCommand = z.strictObject({
  service: service().meta({ description: 'The compose service that runs the command.' }),
  command: z.array(z.string()).min(1, 'is empty').meta({ description: 'The command and its arguments; no shell reads it.' }),
  timeout: duration({ minMs: 1_000, usual: 'm' }).prefault('5m').meta({ description: 'How long it may take.' }),
})

/** `true` expects at least one row. */
const expectedRows = z
  .union([z.boolean(), z.number().int().min(0)], { error: 'expected true, or the least number of rows' })
  .transform((given) => Number(given))

export const options = {
  table: tableName().meta({ description: 'The table that is purged: `game`, `public.game`, `"Game"`.' }),
  'date-column': columnName().meta({
    description: 'Its column with the business date: a date, timestamp (wall clock of the zone), timestamptz or ISO text.',
  }),
  'day-table': tableName().optional().meta({ description: 'The table with one row for each day.' }),
  'day-column': columnName().optional().meta({ description: 'Its column with the date. Default: that of `date-column`.' }),
  log: log.optional().meta({
    description: 'Where the purge writes its line: exactly one of `service`, `path`, `journal`.',
    examples: [{ service: 'web', pattern: 'Purge OK' }],
  }),
  grace: duration({ maxMs: 12 * 3_600_000, usual: 'm' })
    .prefault('15m')
    .meta({ description: 'After local midnight; until then a missing purge is `pending`.' }),
  'expect-rows-deleted': expectedRows
    .optional()
    .meta({ description: 'Warn when the purge deleted fewer rows than this; `true` means one.' }),
  'run-command': runCommand.optional().meta({
    description: 'Runs a missed purge, once a day, then looks again; `dry-run` shows it.',
    examples: [{ service: 'web', command: ['python', 'manage.py', 'purge'] }],
  }),
}

export const reads = ['compose', 'database', 'time-zone'] as const

/** Options that mean nothing without another one. */
export const senseless = ({ log: place, ...given }: Pick<PurgeOptions, 'day-table' | 'day-column' | 'log'>): readonly Senseless[] => [
  ...(given['day-column'] !== undefined && given['day-table'] === undefined
    ? [{ path: ['day-column'], message: 'means nothing without `day-table`, the table that it is a column of' }]
    : []),
  ...(place?.['time-zone'] !== undefined && place.path === undefined
    ? [{ path: ['log', 'time-zone'], message: 'means nothing without `path`: containers and journald write times with an offset' }]
    : []),
]

/** What the parts read besides options of their own. */
export type PurgeOptions = ActionOptions<typeof options, (typeof reads)[number]>
