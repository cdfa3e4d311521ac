import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { findingIds } from '../src/incidents/finding-ids.generated.ts'
import { blocks, fence, lookOf, outsideQuotes, placeholder, runbookPages, runbooksFolder } from './support/runbook-pages.ts'

const read = (path: string) => readFileSync(path, 'utf8')
const pages = runbookPages
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(join('src', name)))

const literals = /(['`])((?:(?!\1).)*)\1/g
const texts = (code: string): string[] => [...code.matchAll(literals)].map((match) => match[2] ?? '')

/** By the declarations of actions and parts: a finding of another id does not compile. */
const ids: readonly string[] = findingIds

/** Strings that look like an id and are none. */
const notIds: Readonly<Record<string, string>> = {
  'backup.encrypt': 'an option that another action borrows',
  'backup.kinds': 'an option that another action borrows',
  'backup.root': 'an option that another action borrows',
  'backup.trusted-keys': 'an option that another action borrows',
  'certbot.service': 'a unit of systemd',
  'compose.containers': 'a note in the state',
  'compose.yaml': 'the file of a compose project',
  'compose.yml': 'the same by its other name',
  'health-check.endpoints': 'an option that another action borrows',
  'nginx.conf': 'a file that a project may hold',
  'schema.sql': 'an artifact of a backup',
  'state.db': 'the file of the state',
}
const lookAlikes = [...new Set(sources.flatMap(texts))].filter((text) => {
  const prefix = /^([a-z-]+)\.[a-z-]+$/.exec(text)?.[1]
  return prefix !== undefined && ids.some((id) => id.startsWith(`${prefix}.`))
})

const sections = ['## What it means', '## Likely causes', '## Look', '## Mend', '## Make it not come back']
const headings = (page: string) => page.split('\n').filter((line) => line.startsWith('#'))

const program = /^(?:docker|sudo|curl|openssl|psql|ps|df|grep|systemctl) /
const commands = (page: string): string[] => [
  ...blocks(page, 'sh').flatMap((block) => block.trimEnd()),
  ...[...page.replace(fence, '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '').filter((code) => program.test(code)),
]

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+(?:['.,_-][\p{L}\p{N}]+)*/gu) ?? []
const longest = 12

/** Every run of 12 words of its sentences, list items and tables, and each of its code blocks that is as long. */
const runsOf = (page: string): ReadonlySet<string> => {
  const prose = page.replace(fence, '').split(/\n(?:\s*\n|(?=- |\d+\. |\|))/)
  const runs = prose.map(words).flatMap((all) => all.slice(longest - 1).map((_, start) => all.slice(start, start + longest).join(' ')))
  const code = [...page.matchAll(fence)].map((match) => words(match[2] ?? '')).filter((all) => all.length >= longest)
  return new Set([...runs, ...code.map((all) => all.join(' '))])
}
const shared = (one: string, other: string): string[] => {
  const runs = runsOf(one)
  return [...runsOf(other)].filter((run) => runs.has(run))
}

/** One name for one thing, on all pages. */
const placeholders = new Set(
  [
    ['service', 'project directory', 'role', 'database', 'url', 'host', 'port', 'runner user', 'repository directory'],
    ['state folder', 'backup folder', 'ledger file', 'certificate file', 'pid', 'gid', 'table', 'column', 'slot'],
  ].flat(),
)
const otherForms = /…|\.\.\.(?!\w)|\/path\/to|\b(?:YOUR|MY)[_-]?[A-Z]+|\$\{?[A-Z][A-Z_]+|\[[a-z]+ ?name\]/

/** Filled or not, a pasted command must do nothing else than it says: a bare `<name>` would read a file. */
const mistakesIn = (command: string): string[] => [
  ...[...outsideQuotes(command).matchAll(placeholder)].map(([text]) => `${text} stands outside quotes`),
  ...[...command.matchAll(placeholder)].filter((match) => !placeholders.has(match[1] ?? '')).map(([text]) => `${text} is not a known name`),
  ...(otherForms.exec(command) ?? []).map((text) => `${text} is another form of a placeholder`),
]

describe('every finding has its runbook', () => {
  test('every id of every action, check and part of the house has a page, and every page is of an id', () => {
    expect([...pages.keys()]).toEqual(ids)
  })

  test('every string that looks like an id is one, or is known to be something else', () => {
    const strangers = lookAlikes.filter((text) => !ids.includes(text))
    expect(strangers.toSorted()).toEqual(Object.keys(notIds))
  })

  test('the table of the README has one line for each page', () => {
    const rows = [...read(join(runbooksFolder, 'README.md')).matchAll(/^\| \[(.+?)\]\((.+?)\.md\) \| \S.* \|$/gm)]
    expect(rows.map((row) => row[1])).toEqual([...pages.keys()])
    expect(rows.map((row) => row[2])).toEqual([...pages.keys()])
  })
})

describe.each([...pages])('the runbook %s', (id, page) => {
  test('has its id as title, and the sections in their order', () => {
    expect(headings(page.replace(fence, ''))).toEqual([`# ${id}`, ...sections])
  })

  test('says something in every section, and is short', () => {
    const parts = page.split(/^#.*\n/m).slice(1)
    expect(parts.filter((part) => words(part).length < 8)).toEqual([])
    expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  })

  test('has commands to look with, whose placeholders are quoted', () => {
    expect(blocks(lookOf(page), 'sh')).not.toEqual([])
    expect(commands(page).flatMap(mistakesIn)).toEqual([])
  })

  test('has commands that a shell reads', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: commands(page).join('\n'), encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  test('says when it is unknown, or that it never is', () => {
    expect(page.slice(page.indexOf('## What'), page.indexOf('## Likely'))).toMatch(/unknown|no other status/i)
  })

  test('shares no run of 12 words with another page', () => {
    const others = [...pages].filter(([other]) => other > id)
    expect(others.flatMap(([other, text]) => shared(page, text).map((run) => `${other}: ${run}`))).toEqual([])
  })
})

describe('the rules of a runbook can be broken', () => {
  test.each([
    ['docker compose logs <service>', ['<service> stands outside quotes']],
    ['docker compose logs "<service>"', []],
    ["psql -c 'SELECT 1' -U <role>", ['<role> stands outside quotes']],
    ['docker logs "<svc>"', ['<svc> is not a known name']],
    ['cd $PROJECT', ['$PROJECT is another form of a placeholder']],
    ['docker compose logs …', ['… is another form of a placeholder']],
    ['openssl x509 </dev/null 2>/dev/null', []],
  ])('%s', (command, mistakes) => {
    expect(mistakesIn(command)).toEqual(mistakes)
  })

  test('a copied sentence is found in another paragraph, whatever its punctuation', () => {
    const sentence = 'One two three four five six, seven eight nine ten eleven twelve.'
    expect(shared(`# a\n\n${sentence}`, `# b\n\n- Before it: ${sentence.replace(',', '')} And after.`)).toHaveLength(1)
    expect(shared('# a\n\nOne two three.', '# b\n\nOne two three.')).toEqual([])
  })
})
