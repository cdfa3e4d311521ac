/** What a file inside an image tells. */
export type ImageFileKind = 'dpkg' | 'apk' | 'release' | 'python' | 'node'

const exact: Readonly<Record<string, ImageFileKind>> = {
  'var/lib/dpkg/status': 'dpkg',
  'lib/apk/db/installed': 'apk',
  'usr/lib/apk/db/installed': 'apk',
  'etc/os-release': 'release',
  'usr/lib/os-release': 'release',
}

/** `…/site-packages/django-4.2.8.dist-info/METADATA` */
const python = /(?:^|\/)(?:site|dist)-packages\/[^/]{1,300}\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/
/** `…/node_modules/@babel/core/package.json`, not those further inside of a package. */
const node = /(?:^|\/)node_modules\/(?:@[^/]{1,200}\/)?[^/@]{1,200}\/package\.json$/
/** Images without a shell keep one file for each package. */
const dpkgParts = /^var\/lib\/dpkg\/status\.d\/[^/]{1,200}$/

/** What Debian installs there is Debian's, with Debian's mends: it is audited by dpkg's list. */
const ofDebian = /^usr\/lib\/python3(?:\.\d{1,3})?\/dist-packages\//

/** Whether a file matters, by its path. */
export const imageFileKind = (path: string): ImageFileKind | undefined => {
  if (Object.hasOwn(exact, path)) return exact[path]
  if (dpkgParts.test(path) && !path.endsWith('.md5sums')) return 'dpkg'
  if (python.test(path)) return ofDebian.test(path) ? undefined : 'python'
  return node.test(path) ? 'node' : undefined
}

/** One file that some layer has. */
export type LayerFile<At> = { readonly path: string; readonly kind: ImageFileKind; readonly layer: number; readonly at: At }

/** What a layer brings, and what it takes from those below: `.wh.name` hides a name, `.wh..wh..opq` all that is in its folder. */
export type LayerContent<At> = { readonly files: readonly LayerFile<At>[]; readonly hidden: readonly string[] }

/** A marker's path -> what it hides: a path, or with `/` at its end all below a folder. Undefined for a file that is none. */
export const hiddenBy = (path: string): string | undefined => {
  const slash = path.lastIndexOf('/')
  const [folder, name] = [path.slice(0, slash + 1), path.slice(slash + 1)]
  if (name === '.wh..wh..opq') return folder
  return name.startsWith('.wh.') ? `${folder}${name.slice(4)}` : undefined
}

const isHidden = (path: string, hidden: readonly string[]): boolean =>
  hidden.some((one) => path === one || path.startsWith(one.endsWith('/') || one === '' ? one : `${one}/`))

const hide = (files: Map<string, unknown>, hidden: readonly string[]): void => {
  for (const path of files.keys()) if (isHidden(path, hidden)) files.delete(path)
}

/** For each path that is visible in the end its file in each layer that has one since it was hidden last, lowest first. */
export const visibleFiles = <At>(layers: readonly LayerContent<At>[]): readonly (readonly LayerFile<At>[])[] => {
  const files = new Map<string, LayerFile<At>[]>()
  for (const { files: own, hidden } of layers) {
    if (hidden.length > 0) hide(files, hidden)
    for (const file of own) files.set(file.path, [...(files.get(file.path) ?? []), file])
  }
  return [...files.values()]
}

/** The layer from which on a package was there at this version without a break, by what each layer's list holds. */
export const broughtBy = (key: string, lists: readonly { readonly layer: number; readonly keys: ReadonlySet<string> }[]): number => {
  let layer = lists.at(-1)?.layer ?? 0
  for (const one of lists.toReversed()) {
    if (!one.keys.has(key)) break
    layer = one.layer
  }
  return layer
}
