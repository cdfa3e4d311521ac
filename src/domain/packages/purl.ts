import { PackageURL } from 'packageurl-js'
import { rulesOf } from './ecosystem.ts'
import type { LockedPackage } from './package.ts'

/** `@scope/name` of npm is a namespace and a name. */
const split = (name: string): readonly [namespace: string | undefined, name: string] => {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1
  return slash === -1 ? [undefined, name] : [name.slice(0, slash), name.slice(slash + 1)]
}

/** The package URL, `pkg:npm/%40babel/core@7.1.0`; undefined where the name is none that one can have. */
export const purlOf = ({ ecosystem, name, version }: Pick<LockedPackage, 'ecosystem' | 'name' | 'version'>): string | undefined => {
  const rules = rulesOf(ecosystem)
  if (rules === undefined) return undefined
  const [namespace, own] = split(name)
  try {
    return new PackageURL(rules.purlType, rules.namespace ?? namespace, own, version, undefined, undefined).toString()
  } catch {
    // A name that breaks the rules of its type: the package is still audited by its name.
    return undefined
  }
}
