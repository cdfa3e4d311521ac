import type { ComposeOptions } from '../contract/compose.ts'
import type { DatabaseOptions } from '../contract/database.ts'
import { commonSections } from '../core/options/common.ts'
import { databaseWord, mayBeKept } from '../tools/connect/database-word.ts'
import { parseLayers } from './parse/layers.ts'
import type { WrittenUrl } from './parse/options.ts'
import { lookup } from './parse/secrets.ts'
import type { Configured } from './site.ts'
import type { LedgerSettings } from './state/ledger-file.ts'

const keptUrl = (written: WrittenUrl | undefined): LedgerSettings['url'] => {
  if (written === undefined || 'input' in written) return written
  return mayBeKept(written.text) ? written : { kept: false }
}

/** How an action reached what it maintains, as its ledger keeps it: no secret, only where each stood. */
export const settingsOf = ({ compose = {}, database = {} }: Configured, written: WrittenUrl | undefined): LedgerSettings => {
  const { directory, files, project } = compose
  const { service, name, user, url } = database
  return {
    compose: {
      ...(directory === undefined ? {} : { directory }),
      ...(files === undefined ? {} : { files: [...files] }),
      ...(project === undefined ? {} : { project }),
    },
    database: {
      ...(service === undefined ? {} : { service }),
      ...(name === undefined ? {} : { name }),
      ...(user === undefined ? {} : { user }),
    },
    ...(url === undefined ? {} : { url: keptUrl(written) ?? { kept: false }, word: databaseWord({ url }) }),
  }
}

export type ReachedSettings =
  | { readonly compose: ComposeOptions; readonly database: DatabaseOptions; readonly secrets: readonly string[] }
  /** A secret that is gone: it stays pending. */
  | { readonly gone: string }

type Environment = Readonly<Record<string, string | undefined>>

const textOf = (url: NonNullable<LedgerSettings['url']>, environment: Environment): string | undefined => {
  if ('input' in url) return environment[`INPUT_${url.input.toUpperCase()}`]?.trim() || undefined
  return 'text' in url ? url.text : undefined
}

const goneFor = (url: NonNullable<LedgerSettings['url']>): string =>
  'input' in url ? `the input ${url.input}, which this step does not have` : 'database.url, which holds its password itself'

export type ReachedWith = {
  readonly environment: Environment
  /** Names that the event itself brought: none of them is looked up. */
  readonly brought: ReadonlySet<string>
  /** The URL of this very run, where it has parsed one. */
  readonly known: string | undefined
}

/** The same with its secrets resolved anew. */
export const reach = (settings: LedgerSettings, { environment, brought, known }: ReachedWith): ReachedSettings => {
  const { compose, database, url, word } = settings
  if (url === undefined) return { compose, database, secrets: [] }
  const leadsThere = (one: string): boolean => databaseWord({ url: one }) === word
  if (known !== undefined && leadsThere(known)) return { compose, database: { ...database, url: known }, secrets: [] }
  const text = textOf(url, environment)
  if (text === undefined) return { gone: goneFor(url) }
  const find = lookup(environment)
  const layer = { from: 'file', value: { database: { url: text } }, locate: () => ({ source: 'ledger', path: '' }) } as const
  const parsed = parseLayers({
    shape: { database: commonSections.database },
    layers: [layer],
    absent: () => ({ source: 'ledger', path: '' }),
    find: (name) => (brought.has(name) ? undefined : find(name)),
  })
  const found = (parsed.value?.['database'] as DatabaseOptions | undefined)?.url
  if (found === undefined) return { gone: `database.url: ${parsed.mistakes[0]?.message ?? 'it cannot be read'}` }
  if (!leadsThere(found)) return { gone: 'the database.url of that run: the one of this step leads to another database' }
  return { compose, database: { ...database, url: found }, secrets: parsed.secrets }
}
