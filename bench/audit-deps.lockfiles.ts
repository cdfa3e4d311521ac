import { packageLock } from '../src/domain/packages/readers/package-lock.ts'
import { pnpmLock } from '../src/domain/packages/readers/pnpm-lock.ts'
import { poetryLock } from '../src/domain/packages/readers/poetry-lock.ts'
import { requirements } from '../src/domain/packages/readers/requirements.ts'
import { yarnLock } from '../src/domain/packages/readers/yarn-lock.ts'

export type LargeLockfile = { readonly name: string; readonly text: string; readonly read: (text: string) => unknown }

const lines = (count: number, one: (index: number) => string): string => Array.from({ length: count }, (_, index) => one(index)).join('')

const npm = (count: number): string => {
  const places = Array.from({ length: count }, (_, at) => [
    `node_modules/package-${at}`,
    { version: '1.0.0', integrity: `sha512-${'a'.repeat(86)}==`, dependencies: { [`package-${(at * 7 + 1) % count}`]: '^1.0.0' } },
  ])
  return JSON.stringify(
    { lockfileVersion: 3, packages: { '': { dependencies: { 'package-0': '1' } }, ...Object.fromEntries(places) } },
    null,
    2,
  )
}

const pnpm = (count: number): string =>
  [
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      package-0:\n        specifier: ^1.0.0\n        version: 1.0.0\npackages:\n",
    lines(count, (at) => `  package-${at}@1.0.0:\n    resolution: {integrity: sha512-${'a'.repeat(86)}==}\n    engines: {node: '>=18'}\n`),
    'snapshots:\n',
    lines(count, (at) => `  package-${at}@1.0.0:\n    dependencies:\n      package-${(at * 7 + 1) % count}: 1.0.0\n`),
  ].join('')

const yarn = (count: number): string =>
  lines(
    count,
    (at) =>
      `package-${at}@^1.0.0:\n  version "1.0.0"\n  resolved "https://registry.example/p-${at}.tgz"\n  dependencies:\n    package-${(at * 7 + 1) % count} "^1.0.0"\n\n`,
  )

const poetry = (count: number): string =>
  `${lines(count, (at) => `[[package]]\nname = "package-${at}"\nversion = "1.0.0"\noptional = false\n\n[package.dependencies]\npackage-${(at * 7 + 1) % count} = ">=1"\n\n`)}[metadata]\nlock-version = "2.1"\n`

/** As their tools write them, each package wanting one other. */
export const largeLockfiles = (count: number): readonly LargeLockfile[] => [
  { name: 'package-lock.json', text: npm(count), read: (text) => packageLock.read(text, 'package-lock.json') },
  { name: 'yarn.lock', text: yarn(count), read: (text) => yarnLock.read(text, 'yarn.lock') },
  { name: 'pnpm-lock.yaml', text: pnpm(count), read: (text) => pnpmLock.read(text, 'pnpm-lock.yaml') },
  { name: 'poetry.lock', text: poetry(count), read: (text) => poetryLock.read(text, 'poetry.lock') },
  {
    name: 'requirements.txt',
    text: lines(count, (at) => `package-${at}==1.0.0 \\\n    --hash=sha256:${'a'.repeat(64)}\n`),
    read: (text) => requirements.read(text, 'requirements.txt'),
  },
]
