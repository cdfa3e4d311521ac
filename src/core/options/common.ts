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
    .register(texts, {
      description: 'Folder of the compose project. Default: found from the labels of the running containers.',
      examples: ['/srv/quiz'],
    }),
  files: list(text())
    .optional()
    .register(texts, {
      description: 'Compose files, relative to the directory. Default: those that compose itself finds.',
      examples: [['docker-compose.yml', 'docker-compose.prod.yml']],
    }),
  project: grammar(/^[a-z0-9][a-z0-9_-]*$/, 'a compose project name: lower-case letters, digits, "-" and "_"')
    .optional()
    .register(texts, { description: 'Name of the compose project.', examples: ['quiz'] }),
})

const database = z.strictObject({
  service: text()
    .optional()
    .register(texts, { description: "Compose service of the database; it is reached at its container's address.", examples: ['db'] }),
  url: databaseUrl()
    .optional()
    .register(texts, {
      description: 'libpq URL of the database, instead of a service; `${NAME}` is replaced from the environment.',
      examples: ['${DATABASE_URL}'],
    }),
  name: text()
    .optional()
    .register(texts, { description: "Name of the database. Default: the service's `POSTGRES_DB`.", examples: ['quiz'] }),
  user: text()
    .optional()
    .register(texts, { description: "User of the database. Default: the service's `POSTGRES_USER`.", examples: ['quiz'] }),
})

/** What actions may ask for by `reads`; they get it as `options.compose`, `options['time-zone']`, …, and as inputs of their own. */
export const commonSections = {
  'time-zone': timeZone()
    .prefault('UTC')
    .register(texts, { description: 'IANA zone or offset such as `+04:00`, for times of day and dates.', examples: ['Indian/Reunion'] }),
  compose: compose
    .prefault({})
    .register(texts, { description: 'The compose project of the server.', examples: [{ directory: '/srv/quiz' }] }),
  host: z
    .boolean()
    .default(true)
    .register(texts, {
      description: 'Whether the host itself is looked at; `false` for a second application on the same server.',
      examples: [false],
    }),
  database: database
    .prefault({})
    .register(texts, { description: 'The PostgreSQL database of the application.', examples: [{ service: 'db' }] }),
  privileges: z
    .enum(['none', 'sudo'])
    .default('none')
    .register(texts, {
      description: '`sudo`: what needs more rights (`from:`, certbot) is run through `sudo -n`, and nothing else.',
      examples: ['sudo'],
    }),
} satisfies { [Name in keyof CommonOptions]: z.ZodType<CommonOptions[Name]> }

const people = (whose: string, example: string) =>
  list(text())
    .optional()
    .register(texts, { description: `Who is told of what is ${whose}.`, examples: [[example]] })

const season = once(() =>
  z
    .strictObject({
      name: text().register(texts, { description: 'What it is called.', examples: ['campaign'] }),
      from: day().register(texts, { description: 'Its first day, in `time-zone`.', examples: ['2026-12-01'] }),
      to: day().register(texts, { description: 'Its last day.', examples: ['2026-12-24'] }),
      rounds: list(text())
        .min(1, 'is empty: nothing would run in this season')
        .register(texts, { description: 'Which rounds run in it.', examples: [['quick', 'daily']] }),
    })
    .refine((one) => one.from <= one.to, { error: '`from` is after `to`', path: ['from'] }),
)

const maintenanceWindow = once(() =>
  z
    .strictObject({
      days: list(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
        .min(1, 'is empty: the window would be on no day')
        .optional()
        .register(texts, { description: 'On which days it begins. Default: every day.', examples: [['sat', 'sun']] }),
      from: timeOfDay().register(texts, { description: 'When it begins, in `time-zone`.', examples: ['02:00'] }),
      to: timeOfDay().register(texts, { description: 'When it ends; before `from`, it ends on the next day.', examples: ['04:00'] }),
    })
    .refine(({ from, to }) => from.replace('24:', '00:') !== to, {
      error: '`to` is `from`: the window would be empty; for a whole day write from 00:00 to 24:00',
      path: ['to'],
    }),
)

const wholeNumber = z.number().int().min(1)

const incidents = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .register(texts, { description: 'Open, update and close one issue per incident.', examples: [true] }),
  labels: list(text())
    .default([])
    .register(texts, { description: 'Labels besides `ronde`.', examples: [['incident']] }),
  assignees: list(text())
    .default([])
    .register(texts, { description: 'Who is assigned to each issue.', examples: [['octocat']] }),
  confirm: wholeNumber
    .default(2)
    .register(texts, { description: 'Bad runs in a row before a sampled value opens an incident.', examples: [3] }),
  recover: wholeNumber.default(3).register(texts, { description: 'Good runs in a row before it closes.', examples: [1] }),
  settle: duration({ usual: 'm' })
    .prefault('10m')
    .register(texts, { description: 'How long it must have been good before it closes.', examples: ['30m'] }),
  reminder: duration({ usual: 'h' })
    .prefault('4h')
    .register(texts, { description: 'Between two reminders of one that nobody acknowledged.', examples: ['12h'] }),
  authors: list(text())
    .default(['github-actions[bot]'])
    .register(texts, { description: 'Whose issues carry markers that count.', examples: [['github-actions[bot]', 'my-app[bot]']] }),
})

/** The common part of `ronde.yml`, without the sections of actions. */
export const commonShape = {
  server: serverName()
    .optional()
    .register(texts, { description: "Name of this server. Default: the host's name.", examples: ['quiz-prod'] }),
  ...commonSections,
  contacts: z
    .strictObject({
      technical: people('of the application', '@org/ops'),
      security: people('of security', '@org/security'),
      infrastructure: people('of the server', 'Hosting: +212 5'),
    })
    .prefault({})
    .register(texts, {
      description: 'Who is told: mentions, or free text such as a telephone number.',
      examples: [{ technical: ['@org/ops', 'Telephone +212 5'] }],
    }),
  rounds: rounds.optional().register(texts, {
    description: 'Named lists of actions, each with options of its section if wanted.',
    examples: [{ quick: [{ 'health-check': { quick: true } }], daily: ['health-check', 'cert-check'] }],
  }),
  seasons: list(z.lazy(season))
    .default([])
    .register(texts, {
      description: 'Times of the year with their own rounds.',
      examples: [[{ name: 'campaign', from: '2026-12-01', to: '2026-12-24', rounds: ['quick', 'daily'] }]],
    }),
  maintenance: list(z.lazy(maintenanceWindow))
    .default([])
    .register(texts, { description: 'Windows in which nothing is opened.', examples: [[{ days: ['sun'], from: '02:00', to: '04:00' }]] }),
  incidents: incidents.prefault({}).register(texts, { description: 'Options of incidents.', examples: [{ enabled: true, confirm: 3 }] }),
  'state-dir': absolutePath()
    .optional()
    .register(texts, {
      description: 'Folder of the state. Default: below `$XDG_STATE_HOME` or the home folder.',
      examples: ['/var/lib/ronde'],
    }),
  notify: list(z.lazy(webhook))
    .default([])
    .register(texts, { description: 'Webhooks that hear of incidents.', examples: [[{ slack: '${SLACK_WEBHOOK}' }]] }),
}

/** The common part of `ronde.yml`, parsed: durations in ms, defaults filled in, secrets resolved. */
export type Common = { readonly [Key in keyof typeof commonShape]: z.output<(typeof commonShape)[Key]> }

/** Parts of the common part that this release reads but does not act on yet: told when they are there. */
export const commonNotYet: readonly (keyof Common)[] = ['seasons']

/** One of several servers; everything else in it overrides the rest of the file. */
export const serverOnlyShape = {
  'runner-labels': list(text())
    .optional()
    .register(texts, { description: 'Labels of the self-hosted runner beside this server, for the workflows.', examples: [['quiz']] }),
}
