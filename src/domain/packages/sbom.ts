import { createHash } from 'node:crypto'
import { packageKey } from './match.ts'
import type { LockedPackage } from './package.ts'
import { purlOf } from './purl.ts'

/** A number that follows from the content: the same packages give the same bytes. */
const serialNumber = (content: string): string => {
  const hex = createHash('sha256').update(content).digest('hex')
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`
}

const componentOf = (places: readonly LockedPackage[]) => {
  const [place] = places
  if (place === undefined) return []
  const { ecosystem, name, version } = place
  const purl = purlOf(place)
  return [
    {
      type: 'library',
      'bom-ref': purl ?? `${ecosystem}/${name}@${version}`,
      name,
      version,
      // What only development needs is not part of what runs.
      scope: places.some(({ scope }) => scope === 'runtime') ? 'required' : 'excluded',
      ...(purl === undefined ? {} : { purl }),
      evidence: { occurrences: places.map(({ file, line }) => ({ location: file, line })) },
    },
  ]
}

/** CycloneDX 1.6: every package once, with the places where it stands. `subject`: what they belong to. */
export const sbomOf = (packages: readonly LockedPackage[], subject: string) => {
  const components = [...Map.groupBy(packages, packageKey).values()].flatMap(componentOf)
  const component = { type: 'application', 'bom-ref': 'subject', name: subject }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(JSON.stringify([component, components])),
    version: 1,
    metadata: { component },
    components,
  }
}
