import { z } from 'zod'
import type { CommonOptions } from '../../contract/common-options.ts'
import { once } from '../once.ts'
import { maintenanceWindow, season } from './calendar.ts'
import { duration } from './duration.ts'
import { grammar } from './grammar.ts'
import { list } from './list.ts'
import { rounds } from './rounds.ts'
import { texts } from './texts.ts'
import { timeZone } from './time-zone.ts'
import { databaseUrl } from './url.ts'
import { webhook } from './webhook.ts'

const text = once(() => z.string().min(1, 'is empty'))

/** A server's name: it stands in paths, labels and titles of issues. */
export const serverName = () => grammar(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a server name: letters, digits, ".", "_" and "-", 63 at most')

/** An absolute path: the workspace, which a relative one would start from, is wiped. */
export const absolutePath = () => grammar(/^\//, 'an absolute path, since the workspace is wiped')

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
