/** The bill of materials of `dist`, as CycloneDX: what the bundler really put there, with the hashes of the lockfile. The same bytes for the same bundle. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

type Manifest = { readonly name: string; readonly version: string; readonly license?: string }
type Locked = { readonly packages: Readonly<Record<string, { readonly integrity?: string }>> }

const read = (...path: readonly string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'))

const licensesOf = ({ license }: Manifest) => (license === undefined ? {} : { licenses: [{ expression: license }] })

const component = (folder: string, locked: Locked) => {
  const manifest = read(folder, 'package.json') as Manifest
  const [name = '', group] = manifest.name.split('/').toReversed()
  const purl = `pkg:npm/${manifest.name.replace('@', '%40')}@${manifest.version}`
  const hash = locked.packages[folder]?.integrity?.replace(/^sha512-/, '')
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group === undefined ? {} : { group }),
    name,
    version: manifest.version,
    ...(hash === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }),
    ...licensesOf(manifest),
    purl,
  }
}

/** A number that follows from the content, so that a build can be compared byte by byte. */
const serialNumber = (content: string): string => {
  const hex = createHash('sha256').update(content).digest('hex')
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`
}

/** `folders` are those that the bundler names. */
export const billOfMaterials = (folders: readonly string[]): string => {
  const locked = read('package-lock.json') as Locked
  const own = read('package.json') as Manifest
  const components = folders.map((folder) => component(folder, locked))
  const subject = { type: 'application', 'bom-ref': `${own.name}@${own.version}`, name: own.name, version: own.version, ...licensesOf(own) }
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(JSON.stringify([subject, components])),
    version: 1,
    metadata: { component: subject },
    components,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}
