/**
 * Keeps the lockfiles complete: an entry for every package of every platform, each with its integrity. A registry mirror may lack some; npm
 * then leaves them out, and a later `npm ci` refuses the lockfile. `node scripts/lockfile.ts` asks for what is missing and names the rest
 * in, so that a registry that has them can complete it; `--check` only looks.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ask } from './program.ts'

type Entry = {
  version?: string
  integrity?: string
  resolved?: string
  optional?: boolean
  dev?: boolean
  link?: boolean
  os?: string[]
  cpu?: string[]
  optionalDependencies?: Record<string, string>
}
export type Lockfile = { packages: Record<string, Entry> }

const systems: Record<string, string> = {
  aix: 'aix',
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  win32: 'win32',
  windows: 'win32',
}
const processors = /[-/](x64|arm64|arm|ia32|riscv64|ppc64le|ppc64|s390x|loong64|mips64el|wasm32)(?:-|$)/

/** The places where npm looks for a dependency of the package at `from`, nearest first. */
const places = (from: string, name: string): string[] => {
  const found: string[] = []
  for (let base = from; base !== ''; ) {
    found.push(`${base}/node_modules/${name}`)
    const above = base.lastIndexOf('/node_modules/')
    base = above === -1 ? '' : base.slice(0, above)
  }
  return [...found, `node_modules/${name}`]
}

const entryFor = (name: string, range: string, dependent: Entry): Entry => {
  const system = Object.keys(systems).find((one) => new RegExp(`[-/]${one}(-|$)`).test(name))
  const cpu = processors.exec(name)?.[1]
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(dependent.dev === true ? { dev: true } : {}),
    optional: true,
    ...(system === undefined ? {} : { os: [systems[system] ?? system] }),
  }
}

/** The optional platform packages that are named by a dependent but have no entry of their own, keyed by their place. */
export const missingEntries = (lock: Lockfile): Record<string, Entry> => {
  const missing: Record<string, Entry> = {}
  for (const [from, dependent] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(dependent.optionalDependencies ?? {})) {
      const known = places(from, name).some((place) => lock.packages[place] !== undefined || missing[place] !== undefined)
      if (!known) missing[`node_modules/${name}`] = entryFor(name, range, dependent)
    }
  }
  return missing
}

/** A lockfile without the entries that protect nothing: npm asks the registry only about what it does not find in one. */
export const withoutUnprotected = (lock: Lockfile): Lockfile => ({
  ...lock,
  packages: Object.fromEntries(Object.entries(lock.packages).filter(([place, entry]) => !isUnprotected(place, entry))),
})

const isUnprotected = (place: string, { integrity, link }: Entry): boolean =>
  place !== '' && link !== true && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')

/** What is wrong with a lockfile: addresses of a registry, packages that are missing or that nothing protects against a change. */
export const lockfileFaults = (lock: Lockfile): string[] => [
  ...Object.keys(missingEntries(lock)).map((place) => `${place}: named as an optional dependency but has no entry`),
  ...Object.entries(lock.packages).flatMap(([place, entry]) => [
    ...(entry.resolved === undefined ? [] : [`${place}: carries a resolved address`]),
    ...(isUnprotected(place, entry) ? [`${place}: has no integrity (sha512)`] : []),
  ]),
]

const read = (file: string): Lockfile => JSON.parse(readFileSync(file, 'utf8')) as Lockfile
const write = (file: string, lock: Lockfile): void => writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)

const complete = async (file: string): Promise<void> => {
  write(file, withoutUnprotected(read(file)))
  const npm = await ask('npm', ['install', '--package-lock-only', '--ignore-scripts', '--prefix', dirname(file)])
  if (npm.exitCode !== 0) throw new Error(`npm could not complete ${file}: ${npm.stderr}`)
  const lock = read(file)
  const missing = missingEntries(lock)
  const packages = Object.fromEntries(Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  write(file, { ...lock, packages })
  console.log(`${file}: ${Object.keys(missing).length} entries for packages that the registry did not give`)
}

const main = async (): Promise<void> => {
  const files = ['package-lock.json', 'scripts/locked/runner-node/package-lock.json']
  if (!process.argv.includes('--check')) for (const file of files) await complete(file)
  const faults = files.flatMap((file) => lockfileFaults(read(file)).map((fault) => `${file}: ${fault}`))
  for (const fault of faults) console.error(fault)
  process.exitCode = faults.length > 0 ? 1 : 0
}

if (import.meta.main) await main()
