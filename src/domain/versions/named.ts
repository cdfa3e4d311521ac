import { isProduct, type ProductName } from './life.ts'

/** A version of a product, as a file names it. */
export type NamedVersion = { readonly product: ProductName; readonly version: string }

const codenames: Readonly<Record<string, NamedVersion>> = {
  trixie: { product: 'debian', version: '13' },
  bookworm: { product: 'debian', version: '12' },
  bullseye: { product: 'debian', version: '11' },
  buster: { product: 'debian', version: '10' },
  noble: { product: 'ubuntu', version: '24.04' },
  jammy: { product: 'ubuntu', version: '22.04' },
  focal: { product: 'ubuntu', version: '20.04' },
}

const products: Readonly<Record<string, string>> = { postgres: 'postgresql', postgis: 'postgresql' }

/** `${TAG:-15}` and `${TAG-15}` -> `15`; a variable without a default says nothing. */
const withDefaults = (text: string): string => text.replaceAll(/\$\{[A-Za-z_]\w{0,60}:?-([^}$]{0,100})\}/g, '$1')

/** `registry:5000/library/python:3.11-slim-bookworm@sha256:…` */
const reference = /^(?:[^\s@]{0,200}\/)?([a-z0-9._-]{1,100}):([\w.-]{1,128})(?:@sha256:[0-9a-f]{64})?$/

const baseIn = (tag: string): readonly NamedVersion[] => {
  const alpine = /alpine(\d+\.\d+)/.exec(tag)?.[1]
  const word = tag.split(/[-.]/).find((one) => Object.hasOwn(codenames, one))
  const named = word === undefined ? undefined : codenames[word]
  return [...(alpine === undefined ? [] : [{ product: 'alpine', version: alpine } as const]), ...(named === undefined ? [] : [named])]
}

/** What an image's reference says: the product and its version, and the base that its tag names. */
export const versionsOfImage = (text: string): readonly NamedVersion[] => {
  const [, name = '', tag = ''] = reference.exec(withDefaults(text.trim())) ?? []
  const product = products[name] ?? name
  const version = /^v?(\d+(?:\.\d+){0,3})/.exec(tag)?.[1]
  return [...(isProduct(product) && version !== undefined ? [{ product, version }] : []), ...baseIn(tag)]
}

export type PlacedVersion = NamedVersion & { readonly file: string; readonly line: number }

const eachLine = (text: string, file: string, read: (line: string) => readonly NamedVersion[]): readonly PlacedVersion[] =>
  text.split('\n').flatMap((line, index) => read(line).map((one) => ({ ...one, file, line: index + 1 })))

/** `FROM --platform=… python:${VERSION}-slim AS build`, with the defaults of `ARG`. */
const ofDockerfile = (text: string, file: string): readonly PlacedVersion[] => {
  const defaults = new Map<string, string>()
  return eachLine(text, file, (line) => {
    const [, name, value] = /^\s{0,20}ARG\s{1,20}(\w{1,60})=["']?([\w.-]{1,100})/i.exec(line) ?? []
    if (name !== undefined && value !== undefined) defaults.set(name, value)
    const image = /^\s{0,20}FROM\s{1,20}(?:--platform=\S{1,100}\s{1,20})?(\S{1,300})/i.exec(line)?.[1] ?? ''
    return versionsOfImage(image.replaceAll(/\$\{?(\w{1,60})\}?/g, (whole, key: string) => defaults.get(key) ?? whole))
  })
}

const ofCompose = (text: string, file: string): readonly PlacedVersion[] =>
  eachLine(text, file, (line) => versionsOfImage(/^\s{1,40}image:\s{1,20}["']?([^\s"'#]{1,300})/.exec(line)?.[1] ?? ''))

/** A file that holds one version and nothing else. */
const ofOne =
  (product: ProductName) =>
  (text: string, file: string): readonly PlacedVersion[] => {
    const version = /^\s{0,20}(?:python-)?v?(\d+(?:\.\d+){0,2})\s{0,20}(?:\n|$)/.exec(text)?.[1]
    return version === undefined ? [] : [{ product, version, file, line: 1 }]
  }

type ReadVersions = (text: string, file: string) => readonly PlacedVersion[]

const readers: readonly (readonly [name: RegExp, read: ReadVersions])[] = [
  [/^(?:[\w.-]{1,60}\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]{1,60})?$/, ofDockerfile],
  [/^(?:docker-)?compose(?:[.-][\w.-]{1,60})?\.ya?ml$/, ofCompose],
  [/^(?:\.python-version|runtime\.txt)$/, ofOne('python')],
  [/^\.(?:nvmrc|node-version)$/, ofOne('node')],
]

const basenameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Who reads versions out of a file, by its name. */
export const versionReaderOf = (path: string): ReadVersions | undefined => readers.find(([name]) => name.test(basenameOf(path)))?.[1]
