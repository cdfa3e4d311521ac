/**
 * Keeps package-lock.json complete. A registry mirror may lack packages for other platforms; npm then leaves them out of the
 * lockfile and a later `npm ci` refuses it. `node scripts/lockfile.ts` names them in; `--check` only looks.
 */
import { readFileSync, writeFileSync } from 'node:fs'

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

/** What is wrong with a lockfile: addresses of a registry, or packages for Linux that nothing protects against a change. */
export const lockfileFaults = (lock: Lockfile): string[] => {
  const faults = Object.keys(missingEntries(lock)).map((place) => `${place}: named as an optional dependency but has no entry`)
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (entry.resolved !== undefined) faults.push(`${place}: carries a resolved address`)
    const forLinux = entry.os === undefined || entry.os.includes('linux')
    const musl = place.includes('musl') || /linux-(?!x64|arm64)/.test(place)
    if (place !== '' && forLinux && !musl && entry.integrity === undefined && entry.link !== true && entry.cpu?.[0] !== 'wasm32')
      faults.push(`${place}: has no integrity`)
  }
  return faults
}

const main = (): void => {
  const file = 'package-lock.json'
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  if (!process.argv.includes('--check')) {
    const missing = missingEntries(lock)
    lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
    console.log(`${Object.keys(missing).length} entries added to ${file}`)
  }
  const faults = lockfileFaults(lock)
  for (const fault of faults) console.error(`${file}: ${fault}`)
  process.exitCode = faults.length > 0 ? 1 : 0
}

if (import.meta.main) main()
