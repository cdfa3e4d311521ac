import { compareAlpine } from './order/alpine.ts'
import { compareDebian } from './order/debian.ts'
import { comparePep440, isPep440 } from './order/pep440.ts'
import { compareSemver, isSemver } from './order/semver.ts'

/** How OSV calls where packages come from; a release of a distribution follows a colon: `Debian:12`. */
export const ecosystems = ['PyPI', 'npm', 'Debian', 'Ubuntu', 'Alpine'] as const
export type EcosystemName = (typeof ecosystems)[number]

type Rules = {
  readonly purlType: string
  readonly namespace?: string
  readonly compare: (a: string, b: string) => number
  readonly isVersion: (version: string) => boolean
  readonly canonical: (name: string) => string
}

const asIs = (name: string): string => name
const any = (): boolean => true

/** PEP 503. */
const pythonName = (name: string): string => name.toLowerCase().replace(/[-_.]{1,200}/g, '-')

const rules: Readonly<Record<EcosystemName, Rules>> = {
  PyPI: { purlType: 'pypi', compare: comparePep440, isVersion: isPep440, canonical: pythonName },
  npm: { purlType: 'npm', compare: compareSemver, isVersion: isSemver, canonical: asIs },
  Debian: { purlType: 'deb', namespace: 'debian', compare: compareDebian, isVersion: any, canonical: asIs },
  Ubuntu: { purlType: 'deb', namespace: 'ubuntu', compare: compareDebian, isVersion: any, canonical: asIs },
  Alpine: { purlType: 'apk', namespace: 'alpine', compare: compareAlpine, isVersion: any, canonical: asIs },
}

/** `Debian:12` -> its rules; undefined for an ecosystem that is not known. */
export const rulesOf = (ecosystem: string): Rules | undefined => {
  const name = ecosystems.find((one) => one === ecosystem.split(':')[0])
  return name === undefined ? undefined : rules[name]
}

/** One name for one package: `Django_Rest` and `django-rest` are the same on PyPI. */
export const canonicalName = (ecosystem: string, name: string): string => rulesOf(ecosystem)?.canonical(name) ?? name
