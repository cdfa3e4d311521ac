import { posix } from 'node:path'
import type { LockedPackage } from './package.ts'
import { pushTo } from './push-to.ts'

/** A requirement that pins another version than the lock beside it. */
export type DriftedPin = { readonly pin: LockedPackage; readonly lock: string; readonly locked: readonly string[] }

const locks: ReadonlySet<string> = new Set(['poetry.lock', 'uv.lock', 'pdm.lock', 'Pipfile.lock'])

const keyOf = ({ file, name }: LockedPackage): string => `${posix.dirname(file)}\n${name}`

/** Who installs from the one is told what the other holds; a lock may hold several versions of a package, for several Pythons. */
export const driftedPins = (packages: readonly LockedPackage[]): readonly DriftedPin[] => {
  const locked = new Map<string, LockedPackage[]>()
  for (const one of packages) if (locks.has(one.tool)) pushTo(locked, keyOf(one), one)
  return packages.flatMap((pin) => {
    const beside = pin.tool === 'requirements.txt' ? (locked.get(keyOf(pin)) ?? []) : []
    const [first] = beside
    if (first === undefined || beside.some(({ version }) => version === pin.version)) return []
    return [{ pin, lock: first.file, locked: [...new Set(beside.map(({ version }) => version))] }]
  })
}
