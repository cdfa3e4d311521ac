import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { action } from '../src/actions/health-check/action.ts'
import { actions } from '../src/registry.generated.ts'
import { parseRun } from '../src/runtime/parse/parse.ts'
import { temporaryFolder } from './support/ronde.ts'

const pages = ['README.md', 'docs/configuration.md', 'actions/health-check/README.md', 'actions/cert-check/README.md']

/** The blocks of a page that say of themselves to be a `ronde.yml`. */
const blocksOf = (page: string): readonly (readonly [string, string])[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```yaml\n# \.github\/ronde\.yml\n([^]*?)^```$/gm)].map(
    (match, at) => [`${page}, block ${at + 1}`, match[1] ?? ''] as const,
  )

const files = readdirSync('examples').map((name) => join('examples', name, 'ronde.yml'))
const shown = [...files.map((path) => [path, readFileSync(path, 'utf8')] as const), ...pages.flatMap(blocksOf)]

const secrets = { DATABASE_URL: 'postgresql://ronde:secret-1234@db:5432/quiz', API_TOKEN: 'token-12345' }
const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync('schema/ronde.schema.json', 'utf8')))

test('there are three examples, and every page shows a configuration', () => {
  expect(files).toHaveLength(3)
  expect(pages.filter((page) => blocksOf(page).length === 0)).toEqual([])
})

describe.each(shown)('%s', (_name, text) => {
  const value = parse(text) as { rounds?: Record<string, unknown>; servers?: Record<string, unknown> }
  const servers = Object.keys(value.servers ?? { '': undefined })
  const rounds = Object.keys(value.rounds ?? { quick: undefined, daily: undefined })

  test('has the shape of the schema', () => {
    validate(value)
    expect(validate.errors ?? []).toEqual([])
  })

  test.each(servers.flatMap((server) => ['', ...rounds].map((round) => [round || 'health-check', server, round] as const)))(
    'has no mistake for %s %s',
    async (_run, server, round) => {
      await using workspace = await temporaryFolder()
      const path = join(workspace.path, 'ronde.yml')
      await writeFile(path, text)
      const inputs = { INPUT_CONFIG: path, INPUT_SERVER: server, ...(round === '' ? {} : { INPUT_ROUND: round }) }
      const parsed = await parseRun({
        mask: () => {},
        action: round === '' ? action : 'round',
        registry: actions,
        environment: { ...secrets, ...inputs, GITHUB_WORKSPACE: workspace.path },
        hostname: 'host',
      })
      expect(parsed.round?.entries.length ?? 1).toBeGreaterThan(0)
    },
  )
})
