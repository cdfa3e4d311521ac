import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'

const below = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
const pages = [...readdirSync('.'), ...below('docs'), ...below('actions'), ...below('stack'), ...below('examples')].filter((name) =>
  name.endsWith('.md'),
)
const withoutCode = (text: string) => text.replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, '')

/** Relative targets of links and pictures, without their anchors. */
const targets = (page: string): readonly string[] =>
  [...withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '')

test('the pages are found', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'actions/health-check/README.md']))
  expect(targets('README.md')).toContain('docs/architecture.md')
})

test.each(pages)('what %s links to is there', (page) => {
  expect(targets(page).filter((target) => !existsSync(join(dirname(page), target)))).toEqual([])
})

/** Files of the project that a page names in backticks; a name with a placeholder or a star stands for several. */
const named = (page: string): readonly string[] =>
  [...readFileSync(page, 'utf8').matchAll(/`((?:src|__tests__|scripts|docs|bench|demo|stack|examples|schema)\/[\w./-]*)`/g)].map(
    (match) => match[1] ?? '',
  )

test.each(['README.md', 'docs/architecture.md', 'docs/security.md', 'docs/configuration.md'])(
  'the files that %s names are there',
  (page) => {
    expect(named(page).filter((path) => !existsSync(path))).toEqual([])
  },
)
