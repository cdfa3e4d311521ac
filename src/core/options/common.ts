import { z } from 'zod'
import type { CommonOptions } from '../../contract/common-options.ts'
import { once } from '../once.ts'
import { duration } from './duration.ts'
import { list } from './list.ts'
import { parsedText } from './parsed-text.ts'
import { rounds } from './rounds.ts'
import { shown } from './shown.ts'
import { texts } from './texts.ts'
import { timeZone } from './time-zone.ts'
import { databaseUrl } from './url.ts'
import { webhook } from './webhook.ts'

const text = once(() => z.string().min(1, 'is empty'))

const grammar = (pattern: RegExp, expected: string) =>
  parsedText({
    expected,
    pattern,
    read: (given) => (pattern.test(given) ? { value: given } : { mistake: `${shown(given)} is not ${expected}` }),
  })

/** A server's name: it stands in paths, labels and titles of issues. */
export const serverName = () => grammar(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a server name: letters, digits, ".", "_" and "-", 63 at most')

/** An absolute path: the workspace, which a relative one would start from, is wiped. */
export const absolutePath = () => grammar(/^\//, 'an absolute path, since the workspace is wiped')

const dayPattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`)
  // A date that is in no calendar is another one when it is written again.
  return dayPattern.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
const day = () => {
  const expected = 'a date such as 2026-12-01'
  return parsedText({
    expected,
    pattern: dayPattern,
    read: (text) => (isDay(text) ? { value: text } : { mistake: `${shown(text)} is not ${expected}` }),
  })
}
const timeOfDay = () => grammar(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day such as 02:00')

const compose = z.strictObject({
  directory: text()
    .optional()
    .register(texts, { description: "Folder of the compose project; by default found from the running containers' labels." }),
  files: list(text())
    .optional()
    .register(texts, { description: 'Compose files, relative to the directory; by default those that compose itself finds.' }),
  project: grammar(/^[a-z0-9][a-z0-9_-]*$/, 'a compose project name: lower-case letters, digits, "-" and "_"')
    .optional()
    .register(texts, { description: 'Name of the compose project.' }),
})

const database = z.strictObject({
  service: text().optional().register(texts, { description: "Compose service of the database; it is reached at its container's address." }),
  url: databaseUrl()
    .optional()
    .register(texts, { description: 'libpq URL of the database, instead of a service; `${NAME}` is replaced from the environment.' }),
  name: text().optional().register(texts, { description: "Name of the database; by default the service's `POSTGRES_DB`." }),
  user: text().optional().register(texts, { description: "User of the database; by default the service's `POSTGRES_USER`." }),
})

/** What actions may ask for by `reads`; they get it as `options.compose`, `options['time-zone']`, …, and as inputs of their own. */
export const commonSections = {
  'time-zone': timeZone()
    .prefault('UTC')
    .register(texts, { description: 'IANA zone or offset such as `+04:00`, for times of day and dates.' }),
  compose: compose.prefault({}).register(texts, { description: 'The compose project of the server.' }),
  host: z
    .boolean()
    .default(true)
    .register(texts, { description: 'Whether the host itself is looked at; `false` for a second application on the same server.' }),
  database: database.prefault({}).register(texts, { description: 'The PostgreSQL database of the application.' }),
  privileges: z
    .enum(['none', 'sudo'])
    .default('none')
    .register(texts, { description: '`sudo`: the exact commands that `doctor` lists are run through `sudo -n`.' }),
} satisfies { [Name in keyof CommonOptions]: z.ZodType<CommonOptions[Name]> }

const people = list(text()).optional()

const season = once(() =>
  z
    .strictObject({ name: text(), from: day(), to: day(), rounds: list(text()).min(1, 'is empty: nothing would run in this season') })
    .refine((one) => one.from <= one.to, { error: '`from` is after `to`', path: ['from'] }),
)

const maintenanceWindow = once(() =>
  z
    .strictObject({
      days: list(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
        .min(1, 'is empty: the window would be on no day')
        .optional()
        .register(texts, { description: 'On which days it begins. Default: every day.' }),
      from: timeOfDay().register(texts, { description: 'When it begins, in `time-zone`.' }),
      to: timeOfDay().register(texts, { description: 'When it ends; before `from`, it ends on the next day.' }),
    })
    .refine(({ from, to }) => from.replace('24:', '00:') !== to, {
      error: '`to` is `from`: the window would be empty; for a whole day write from 00:00 to 24:00',
      path: ['to'],
    }),
)

const wholeNumber = z.number().int().min(1)

const incidents = z.strictObject({
  enabled: z.boolean().default(false).register(texts, { description: 'Open, update and close one issue per incident.' }),
  labels: list(text()).default([]).register(texts, { description: 'Labels besides `ronde`.' }),
  assignees: list(text()).default([]),
  confirm: wholeNumber.default(2).register(texts, { description: 'Bad runs in a row before a sampled value opens an incident.' }),
  recover: wholeNumber.default(3).register(texts, { description: 'Good runs in a row before it closes.' }),
  settle: duration({ usual: 'm' }).prefault('10m').register(texts, { description: 'How long it must have been good before it closes.' }),
  reminder: duration({ usual: 'h' })
    .prefault('4h')
    .register(texts, { description: 'Between two reminders of one that nobody acknowledged.' }),
  authors: list(text()).default(['github-actions[bot]']).register(texts, { description: 'Whose issues carry markers that count.' }),
})

/** The common part of `ronde.yml`, without the sections of actions. */
export const commonShape = {
  server: serverName().optional().register(texts, { description: "Name of this server; by default the host's name." }),
  ...commonSections,
  contacts: z
    .strictObject({ technical: people, security: people, infrastructure: people })
    .prefault({})
    .register(texts, { description: 'Who is told: mentions, or free text such as a telephone number.' }),
  rounds: rounds.optional().register(texts, { description: 'Named lists of actions, each with options of its section if wanted.' }),
  seasons: list(z.lazy(season)).default([]).register(texts, { description: 'Times of the year with their own rounds.' }),
  maintenance: list(z.lazy(maintenanceWindow)).default([]).register(texts, { description: 'Windows in which nothing is opened.' }),
  incidents: incidents.prefault({}).register(texts, { description: 'Options of incidents.' }),
  'state-dir': absolutePath()
    .optional()
    .register(texts, { description: 'Folder of the state; by default below `$XDG_STATE_HOME` or the home folder.' }),
  notify: list(z.lazy(webhook)).default([]).register(texts, { description: 'Webhooks that hear of incidents.' }),
}

/** The common part of `ronde.yml`, parsed: durations in ms, defaults filled in, secrets resolved. */
export type Common = { readonly [Key in keyof typeof commonShape]: z.output<(typeof commonShape)[Key]> }

/** Parts of the common part that this release reads but does not act on yet: told when they are there. */
export const commonNotYet: readonly (keyof Common)[] = ['seasons']

/** One of several servers; everything else in it overrides the rest of the file. */
export const serverOnlyShape = {
  'runner-labels': list(text())
    .optional()
    .register(texts, { description: 'Labels of the self-hosted runner beside this server, for the workflows.' }),
}
