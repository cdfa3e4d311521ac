import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { LockfileContent } from '../../../src/domain/packages/lockfile.ts'
import { lockfileReaders, readerOf } from '../../../src/domain/packages/readers.ts'
import { withoutTrailingCommas } from '../../../src/domain/packages/trailing-commas.ts'
import { startCpuTime } from '../../support/cpu-time.ts'

const folder = '__tests__/support/fixtures/lockfiles'
const fixture = (name: string): { path: string; text: string } => {
  const [file = ''] = readdirSync(join(folder, name))
  return { path: file, text: readFileSync(join(folder, name, file), 'utf8') }
}
const read = (path: string, text: string): LockfileContent => {
  const reader = readerOf(path)
  if (reader === undefined) throw new Error(`nobody reads ${path}`)
  return reader.read(text, path)
}
const shown = ({ entries }: LockfileContent) =>
  entries
    .map(({ name, version, scope, way }) => [`${name}@${version}`, scope, way.join(' > ')].filter((one) => one !== '').join(' '))
    .toSorted()

const node = {
  full: [
    '@hapi/hoek@8.5.0 runtime @hapi/hoek',
    'is-number@6.0.0 dev is-odd > is-number',
    'is-odd@3.0.1 dev is-odd',
    'lodash@4.17.20 runtime lodash',
    'minimist@0.0.8 runtime mkdirp > minimist',
    'minimist@1.2.5 runtime minimist',
    'mkdirp@0.5.1 runtime mkdirp',
    'semver@5.7.1 runtime semver',
  ],
}
const python = [
  'asgiref@ runtime django > asgiref',
  'django@4.2.8 runtime django',
  'h2@4.1.0 runtime h2',
  'hpack@ runtime h2 > hpack',
  'hyperframe@ runtime h2 > hyperframe',
  'sqlparse@ runtime django > sqlparse',
]
const dev = 'idna@3.6 dev idna'
const windows = 'tzdata@ runtime django > tzdata'
/** What the resolver of the day chose is not the same tomorrow; what was asked for is. */
const lasting = (lines: readonly string[]) => lines.map((line) => (/^(django|h2|idna)@/.test(line) ? line : line.replace(/@[\d.]+/, '@')))
const withoutWay = (lines: readonly string[]) => lines.map((line) => line.split(' ').slice(0, 2).join(' '))

describe('a lockfile that the real tool wrote', () => {
  test.each(['npm', 'pnpm', 'pnpm-v7', 'pnpm-v8', 'pnpm-v9', 'bun'])(
    '%s: workspaces, an alias, a nested version, what is for development',
    (name) => {
      const { path, text } = fixture(name)
      const content = read(path, text)
      expect(shown(content)).toEqual(node.full)
      expect(content).toMatchObject({ troubles: [], notes: [], unpinned: [] })
    },
  )

  test.each(['yarn-v1', 'yarn-berry'])('%s does not say what is for development', (name) => {
    const { path, text } = fixture(name)
    expect(shown(read(path, text))).toEqual(node.full.map((line) => line.replace(' dev ', ' runtime ')))
  })

  test('npm-v1 knows neither workspaces nor what is direct', () => {
    const { path, text } = fixture('npm-v1')
    const lines = ['is-number@6.0.0 dev', 'is-odd@3.0.1 dev', 'lodash@4.17.20 runtime', 'minimist@0.0.8 runtime mkdirp > minimist']
    expect(shown(read(path, text))).toEqual([...lines, 'minimist@1.2.5 runtime', 'mkdirp@0.5.1 runtime'])
  })

  test.each([
    ['uv', [...python, dev, windows]],
    ['poetry', [...python, dev, windows]],
    ['pip-tools', python],
    ['pipenv', withoutWay([...python, dev])],
    ['pylock', withoutWay([...python, windows, dev.replace('dev', 'runtime')])],
  ])('%s', (name, lines) => {
    const { path, text } = fixture(name)
    const content = read(path, text)
    expect(lasting(shown(content))).toEqual(lines.toSorted())
    expect(content).toMatchObject({ troubles: [], notes: [], unpinned: [] })
  })

  test.each(readdirSync(folder))('%s: each package has the line on which it begins', (name) => {
    const { path, text } = fixture(name)
    const lines = text.split('\n')
    for (const { name: own, line } of read(path, text).entries) {
      const near = `${lines[line - 1]}\n${lines[line]}`
      expect(near).toContain(own.replace(/^lodash$/, 'lodash'))
    }
  })

  test.each(readdirSync(folder))('%s with the line ends of Windows is the same, once they are plain', (name) => {
    const { path, text } = fixture(name)
    expect(read(path, text.replaceAll('\n', '\r\n').replaceAll('\r\n', '\n'))).toEqual(read(path, text))
  })

  test.each(readdirSync(folder))('%s cut anywhere throws nothing, and ends', (name) => {
    const { path, text } = fixture(name)
    for (const part of [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99]) expect(read(path, text.slice(0, text.length * part))).toBeDefined()
  })
})

describe('a cut or foreign file is said', () => {
  test.each(['package-lock.json', 'poetry.lock', 'Pipfile.lock', 'uv.lock', 'pdm.lock', 'pylock.toml', 'pnpm-lock.yaml', 'bun.lock'])(
    '%s',
    (path) => {
      expect(read(path, '{').troubles).toHaveLength(1)
      expect(read(path, '').troubles).toHaveLength(1)
    },
  )

  test.each(['npm', 'pipenv', 'bun', 'poetry', 'uv'])('%s without its end', (name) => {
    const { path, text } = fixture(name)
    expect(read(path, text.slice(0, text.length - 20)).troubles).toHaveLength(1)
  })

  test('yarn.lock that is something else', () => {
    expect(read('yarn.lock', 'hello\n').troubles).toEqual(['line 1 is not what yarn writes'])
  })
})

describe('a newer version is read, and named', () => {
  test.each([
    ['npm', '"lockfileVersion": 3', '"lockfileVersion": 4'],
    ['yarn-berry', 'version: 10', 'version: 11'],
    ['pnpm', "'9.0'", "'10.1'"],
    ['bun', '"lockfileVersion": 2', '"lockfileVersion": 3'],
    ['uv', 'version = 1\n', 'version = 2\n'],
    ['pylock', 'lock-version = "1.0"', 'lock-version = "2.0"'],
  ])('%s', (name, now, next) => {
    const { path, text } = fixture(name)
    const content = read(path, text.replace(now, next))
    expect(content.notes).toMatchObject([expect.stringContaining('newer than')])
    expect(content.entries).toEqual(read(path, text).entries)
  })
})

describe('requirements.txt', () => {
  const lines = (text: string) => {
    const { entries, unpinned, includes } = read('requirements.txt', text)
    return [
      ...entries.map(({ name, version, line }) => `${line} ${name} ${version}`),
      ...unpinned.map(({ name, wanted, line }) => `${line} ${name} unpinned ${wanted}`),
      ...includes.map(({ path, line, kind }) => `${line} ${kind} ${path}`),
    ]
  }
  test.each([
    ['a pin', 'Django==4.2.8', ['1 Django 4.2.8']],
    ['blanks and extras', 'uvicorn [standard] == 0.23.2', ['1 uvicorn 0.23.2']],
    ['an exact match', 'torch===2.0.0+cpu', ['1 torch 2.0.0+cpu']],
    ['a marker', 'tzdata==2024.1 ; sys_platform == "win32"', ['1 tzdata 2024.1']],
    ['a comment behind it', 'a==1 # b==2', ['1 a 1']],
    ['hashes on continuation lines', 'a==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\nb==2', ['1 a 1', '4 b 2']],
    ['several specifiers', 'a>=1,==1.5,<2', ['1 a 1.5']],
    ['a range', 'a>=0.2.2', ['1 a unpinned >=0.2.2']],
    ['a star', 'a==1.*', ['1 a unpinned ==1.*']],
    ['no version', 'a', ['1 a unpinned any version']],
    ['a place, whose URL is not repeated', 'a @ https://u:secret@host/a.whl', ['1 a unpinned a place of its own']],
    [
      'other files',
      '-r base.txt\n-c ./c.txt\n--requirement=x.txt\n-rsub/y.txt',
      ['1 requirements base.txt', '2 constraints ./c.txt', '3 requirements x.txt', '4 requirements sub/y.txt'],
    ],
    ['options', '--index-url https://u:p@host/simple\n-i x\n--find-links /x\n-e .\n./local\na==1', ['6 a 1']],
    ['a file that ends in a continuation', 'a==1 \\', ['1 a 1']],
    ['text that is none', '????', ['1 ???? unpinned not a name with a version']],
  ])('%s', (_what, text, found) => {
    expect(lines(text)).toEqual(found)
  })

  test.each([
    ['requirements.txt', 'runtime'],
    ['requirements-dev.txt', 'dev'],
    ['dev-requirements.txt', 'dev'],
    ['requirements_test.txt', 'dev'],
    ['requirements-prod.txt', 'runtime'],
  ])('%s is for %s', (name, scope) => {
    expect(read(name, 'a==1').entries[0]?.scope).toBe(scope)
  })
})

describe('other formats', () => {
  test('pdm.lock, by its groups', () => {
    const text = [
      '[metadata]\nlock_version = "4.5.0"\n',
      '[[package]]\nname = "django"\nversion = "4.2.8"\ngroups = ["default"]\ndependencies = [\n  "asgiref<4,>=3.6.0",\n]\n',
      '[[package]]\nname = "asgiref"\nversion = "3.7.2"\ngroups = ["default"]\n',
      '[[package]]\nname = "idna"\nversion = "3.6"\ngroups = ["dev"]\n',
      '[[package]]\nname = "mine"\nversion = "1"\npath = "./mine"\n',
    ].join('\n')
    expect(shown(read('pdm.lock', text))).toEqual([
      'asgiref@3.7.2 runtime django > asgiref',
      'django@4.2.8 runtime django',
      'idna@3.6 dev idna',
    ])
  })

  test('pyproject.toml: pins, and ranges as unpinned', () => {
    const text = '[project]\ndependencies = [\n  "django==4.2.8",\n  "h2>=4",\n]\n[dependency-groups]\ndev = ["idna==3.6"]\n'
    const content = read('pyproject.toml', text)
    expect(shown(content)).toEqual(['django@4.2.8 runtime django', 'idna@3.6 dev idna'])
    expect(content.unpinned).toEqual([{ name: 'h2', wanted: '>=4', line: 4 }])
  })

  test('pnpm 5: a peer in the key', () => {
    const text =
      'lockfileVersion: 5.4\ndependencies:\n  react-dom: 18.2.0_react@18.2.0\npackages:\n  /react-dom/18.2.0_react@18.2.0:\n    dev: false\n  /@a/b/1.0.0_x@2.0.0:\n    dev: true\n'
    expect(shown(read('pnpm-lock.yaml', text))).toEqual(['@a/b@1.0.0 dev', 'react-dom@18.2.0 runtime react-dom'])
  })

  test('pnpm 9: several documents, peers, and a key that is too long for one line', () => {
    const long = `x@1.0.0(${'y'.repeat(130)}@1.0.0)`
    const text = [
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies:\n      plug: 1.0.0\npackages:\n  plug@1.0.0:\n    resolution: {integrity: a}\nsnapshots: {}",
      `---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    devDependencies:\n      x:\n        specifier: 1\n        version: 1.0.0(${'y'.repeat(130)}@1.0.0)\npackages:\n  x@1.0.0:\n    deprecated: |-\n      old: yes\n      gone@1: no\n  z@2.0.0: {}\nsnapshots:\n  ? ${long}\n  : dependencies:\n      z: 2.0.0\n  z@2.0.0: {}\n`,
    ].join('\n')
    expect(shown(read('pnpm-lock.yaml', text))).toEqual(['plug@1.0.0 runtime plug', 'x@1.0.0 dev x', 'z@2.0.0 dev x > z'])
  })

  test('poetry before groups', () => {
    const text = '[[package]]\nname = "a"\nversion = "1"\ncategory = "dev"\n\n[metadata]\nlock-version = "1.1"\n'
    expect(shown(read('poetry.lock', text))).toEqual(['a@1 dev a'])
  })

  test('a name of the prototype is a name', () => {
    const text = JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { constructor: '1' } },
        'node_modules/constructor': { version: '1.0.0' },
        'node_modules/__proto__': { version: '2.0.0' },
      },
    })
    expect(shown(read('package-lock.json', text))).toEqual(['__proto__@2.0.0 runtime', 'constructor@1.0.0 runtime constructor'])
  })
})

test.each([
  ['[1, 2, ]', '[1, 2  ]'],
  ['{"a": ",]", "b": [1,\n],\n}', '{"a": ",]", "b": [1 \n] \n}'],
  ['{"a\\",}": 1}', '{"a\\",}": 1}'],
  ['[,]', '[ ]'],
  ['[1', '[1'],
])('a comma behind the last item of %j', (text, plain) => {
  expect(withoutTrailingCommas(text)).toBe(plain)
})

describe('adversarial files end quickly', () => {
  const deep = (open: string, count: number) => open.repeat(count)
  test.each([
    ['package-lock.json', deep('{"a":', 200_000)],
    [
      'package-lock.json',
      `{"lockfileVersion":1,"dependencies":${deep('{"a":{"version":"1.0.0","dependencies":', 200)}{}${'}}'.repeat(200)}}`,
    ],
    ['bun.lock', deep('[', 200_000)],
    ['uv.lock', `a = ${deep('[', 200_000)}`],
    ['pnpm-lock.yaml', Array.from({ length: 300 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
    ['yarn.lock', `${'"'.repeat(200_000)}\n`],
    ['yarn.lock', `${'a@1, '.repeat(100_000)}:\n  version "1"\n`],
    ['requirements.txt', 'a \\\n'.repeat(50_000)],
    ['requirements.txt', `a==1\n${'    # via b\n'.repeat(50_000)}`],
    ['requirements.txt', `a[${'x,'.repeat(100_000)}]==1`],
  ])('%s (%#)', (path, text) => {
    const cpuTime = startCpuTime()
    expect(read(path, text)).toBeDefined()
    expect(cpuTime()).toBeLessThan(2_000)
  })

  test('every reader has a name of its own', () => {
    expect(new Set(lockfileReaders.map(({ format }) => format)).size).toBe(lockfileReaders.length)
  })
})
