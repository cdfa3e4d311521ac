import { describe, expect, test } from '@jest/globals'
import { readerOf } from '../../../src/domain/packages/readers.ts'
import { textOfFile } from '../../../src/domain/packages/text-file.ts'

/** What an audit tells of a file: everything that it names, and why not all of it could be read. */
const told = (path: string, bytes: string): string => {
  const reader = readerOf(path)
  const file = textOfFile(Buffer.from(bytes))
  if (reader === undefined || 'trouble' in file) throw new Error(`nobody reads ${path}`)
  const { entries, unpinned, includes, troubles } = reader.read(file.text, path)
  return [
    ...entries.map(({ name, version }) => `${name}@${version}`),
    ...unpinned.map(({ name }) => `unpinned ${name}`),
    ...includes.map(({ path: included }) => `includes ${included}`),
    ...troubles.map((one) => `trouble ${one}`),
  ].join('\n')
}

const pnpm = (rest: string): string => `lockfileVersion: '9.0'\n\n${rest}`
const block = 'evil@1.0.0:\n    resolution: {integrity: x}\n'
const npm = (packages: object, more: object = {}): string =>
  JSON.stringify({ lockfileVersion: 3, packages: { '': {}, ...packages }, ...more }, null, 2)
const pipfile = (more: object): string => JSON.stringify({ _meta: {}, default: {}, ...more })
const berry = (rest: string): string => `__metadata:\n  version: 8\n\n"evil@npm:1":\n${rest}`
const bun = (entry: string): string => `{"lockfileVersion":1,"packages":{"evil":${entry}}}`
const deepTree = Array.from({ length: 110 }).reduce<object>(
  (inner, _, index) => ({ [`a${index}`]: { version: '1.0.0', dependencies: inner } }),
  {
    evil: { version: '1.0.0' },
  },
)

describe('a package that the tool would install is told, however it is written', () => {
  test.each(Object.entries({ CR: '\r', VT: '\v', FF: '\f', FS: '\x1c', GS: '\x1d', RS: '\x1e', NEL: '\x85', LS: '\u2028', PS: '\u2029' }))(
    'requirements.txt: behind a comment that %s ends',
    (_, end) => {
      expect(told('requirements.txt', `django==4.2 # fine${end}evil==1.0\n`)).toBe('django@4.2\nevil@1.0')
    },
  )

  test.each([
    ['behind a comment in UTF-7', 'requirements.txt', '# coding: utf-7\ndjango==4.2\n# +AAo-evil+AD0APQ-1.0\n'],
    ['editable', 'requirements.txt', '-e git+https://x.example/evil#egg=evil\n'],
    ['editable, by a beginning of the option', 'requirements.txt', '--pre --edit=git+https://x.example/evil\n'],
    ['included behind another option', 'requirements.txt', '--pre -r evil.txt\n'],
    ['included by a beginning of the option', 'requirements.txt', '--requirem evil.txt\n'],
    ['constraints by a beginning of the option', 'requirements.txt', '--const evil.txt\n'],
    ['in flow style', 'pnpm-lock.yaml', pnpm('packages: {evil@1.0.0: {resolution: {integrity: x}}}\n')],
    ['behind CR', 'pnpm-lock.yaml', pnpm(`packages:\n  a@1.0.0:\n    x: y # \r  ${block}`)],
    ['in packages by an escape', 'pnpm-lock.yaml', pnpm(`"pack\\x61ges":\n  ${block}`)],
    ['in packages with a blank', 'pnpm-lock.yaml', pnpm(`packages :\n  ${block}`)],
    ['in packages that are asked for', 'pnpm-lock.yaml', pnpm(`?\tpackages\n:\n  ${block}`)],
    ['by an alias', 'pnpm-lock.yaml', pnpm(`x: &a\n  ${block}packages: *a\n`)],
    ['merged', 'pnpm-lock.yaml', pnpm(`x: &a\n  ${block}packages:\n  <<: *a\n`)],
    ['under another name', 'pnpm-lock.yaml', pnpm(`packages:\n  ${block}    name: good\n    version: 2.0.0\n`)],
    ['under no name', 'pnpm-lock.yaml', pnpm(`packages:\n  ${block}    name: ''\n`)],
    ['behind CR', 'yarn.lock', '# yarn lockfile v1\n\na@1:\n  version "1.0.0"\n# x\revil@1:\r  version "1.0.0"\r'],
    ['without a version', 'yarn.lock', '# yarn lockfile v1\n\nevil@1:\n  resolved "https://x.example/evil-1.0.0.tgz"\n'],
    ['as of the project', 'yarn.lock', berry('  version: 0.0.0-use.local\n  resolution: "evil@npm:1.0.0"\n')],
    ['with an escape for a name', 'yarn.lock', berry('  "vers\\x69on": 1.0.0\n')],
    ['without a version', 'package-lock.json', npm({ 'node_modules/evil': { resolved: 'https://x.example/evil-1.0.0.tgz' } })],
    ['for npm 6 only', 'package-lock.json', npm({}, { dependencies: { evil: { version: '1.0.0' } } })],
    ['in a tree beside nothing', 'package-lock.json', JSON.stringify({ packages: null, dependencies: { evil: { version: '1.0.0' } } })],
    ['deep in a tree', 'package-lock.json', JSON.stringify({ lockfileVersion: 1, dependencies: deepTree })],
    ['a range', 'Pipfile.lock', pipfile({ default: { evil: { version: '>=1.0' } } })],
    ['of a category', 'Pipfile.lock', pipfile({ docs: { evil: { version: '==1.0' } } })],
    ['of a repository', 'Pipfile.lock', pipfile({ default: { evil: { git: 'https://x.example/evil', ref: 'x' } } })],
    ['of an address', 'poetry.lock', '[[package]]\nname="evil"\nversion="1"\n[package.source]\ntype="url"\nurl="https://x"\n[metadata]\n'],
    ['without a version', 'poetry.lock', '[[package]]\nname="evil"\n[metadata]\n'],
    ['of an address', 'uv.lock', 'version=1\n[[package]]\nname="evil"\nversion="1"\nsource={url="https://x"}\n'],
    ['without a version', 'uv.lock', 'version=1\n[[package]]\nname="evil"\nsource={registry="https://x"}\n'],
    ['without a version', 'pdm.lock', '[metadata]\n[[package]]\nname="evil"\n'],
    ['of a repository', 'pylock.toml', 'lock-version="1.0"\n[[packages]]\nname="evil"\n[packages.vcs]\nurl="x"\n'],
    ['behind two thousand', 'pyproject.toml', `[project]\ndependencies=[${'"a==1",'.repeat(2_000)}"evil==1"]\n`],
    ['as no requirement', 'pyproject.toml', '[project]\ndependencies=["evil junk==1"]\n'],
    ['without a version', 'bun.lock', bun('["evil"]')],
    ['of a repository', 'bun.lock', bun('["evil@git+https://x", {}, "x"]')],
    ['as something else', 'bun.lock', bun('{"0":"evil@1.0.0"}')],
  ])('%s, in %s', (_, path, text) => {
    expect(told(path, text)).toMatch(/evil|trouble/)
  })

  test.each([
    ['requirements.txt', '-e .\n-e ./tools\n./wheels/a.whl\n# -*- coding: utf-8 -*-\n--index-url https://x\n', ''],
    ['Pipfile.lock', pipfile({ default: { own: { path: '.', editable: true } } }), ''],
    ['uv.lock', 'version=1\n[[package]]\nname="own"\nsource={editable="."}\n', ''],
    ['bun.lock', bun('["evil@workspace:packages/evil"]'), ''],
    ['package-lock.json', npm({ 'packages/own': {}, 'node_modules/own': { resolved: 'packages/own', link: true } }), ''],
    ['pnpm-lock.yaml', pnpm('packages: {}\nimporters:\n  .: {}\n'), ''],
  ])('what is of the project itself, in %s, is not told', (path, text, expected) => {
    expect(told(path, text)).toBe(expected)
  })
})

test.each([
  ['-e git+https://user:hunter2@x.example/evil@v1#egg=evil\n', 'unpinned git+https://x.example/evil@v1#egg=evil'],
  [`https://${'t0ken'.repeat(60)}@x.example/evil.whl\n`, 'unpinned https://x.example/evil.whl'],
  ['-e git@x.example:evil.git\n', 'unpinned git@x.example:evil.git'],
])('an address is told without its credentials: %s', (text, expected) => {
  expect(told('requirements.txt', text)).toBe(expected)
})

describe('what somebody wrote costs no more than its length', () => {
  const names = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, index) => [`q${index}`, '1']))
  const chain = (depth: number): object => {
    const places = Array.from({ length: depth }, (_, index) => Array.from({ length: index + 1 }, () => 'node_modules/a').join('/'))
    const all = Object.fromEntries(places.map((place) => [place, { version: '1.0.0', dependencies: { a: '1' } }]))
    return { ...all, '': { dependencies: { a: '1' } }, [places.at(-1) ?? '']: { version: '1.0.0', dependencies: names(4_000) } }
  }
  test.each([
    ['lines that go on', 'requirements.txt', () => 'a\\\n'.repeat(400_000)],
    ['names in a comment', 'requirements.txt', () => `a==1\n    # via ${'a,'.repeat(400_000)}b\n`],
    ['names from the bottom of a deep tree', 'package-lock.json', () => JSON.stringify({ lockfileVersion: 3, packages: chain(400) })],
    [
      'a workspace with a long name',
      'bun.lock',
      () =>
        JSON.stringify({
          lockfileVersion: 1,
          workspaces: { '': { name: 'a/'.repeat(4_000), dependencies: names(4_000) } },
          packages: { q1: [] },
        }),
    ],
    [
      'requirements that do not stand there as they are meant',
      'pyproject.toml',
      () => `[project]\ndependencies=[${'"\\u0061a==1",'.repeat(2_000)}]\n${'# xxxxxxxxxxxxxxxxxxxx\n'.repeat(40_000)}`,
    ],
  ])('%s, in %s', (_, path, text) => {
    const written = text()
    const startedAt = performance.now()
    told(path, written)
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })
})
