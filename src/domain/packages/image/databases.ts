/** A package as a database inside an image names it: as the source that advisories are about. Everything is untrusted. */
export type InstalledPackage = { readonly name: string; readonly version: string }

const fieldsOf = (stanza: string): ReadonlyMap<string, string> =>
  new Map(
    stanza.split('\n').flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 1 || line.startsWith(' ') ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const]
    }),
  )

/** `glibc (2.36-9)`: a binary package may have another version than its source. */
const source = /^([a-z0-9][a-z0-9+.-]{0,200})(?: \(([^)\s]{1,200})\))?$/

/** dpkg's list of what is installed. */
export const readDpkg = (text: string): readonly InstalledPackage[] =>
  text.split('\n\n').flatMap((stanza) => {
    const fields = fieldsOf(stanza)
    const [name, version, status] = ['Package', 'Version', 'Status'].map((field) => fields.get(field))
    if (name === undefined || version === undefined || (status !== undefined && !status.endsWith(' installed'))) return []
    const [, sourceName = name, sourceVersion = version] = source.exec(fields.get('Source') ?? '') ?? []
    return [{ name: sourceName, version: sourceVersion }]
  })

/** apk's: `P:` is the package, `o:` what it was built from. */
export const readApk = (text: string): readonly InstalledPackage[] =>
  text.split('\n\n').flatMap((stanza) => {
    const fields = fieldsOf(stanza)
    const [name, version] = [fields.get('o') ?? fields.get('P'), fields.get('V')]
    return name === undefined || version === undefined ? [] : [{ name, version }]
  })

/** `METADATA` of Python: headers, then a text. */
export const readPythonMetadata = (text: string): readonly InstalledPackage[] => {
  const fields = fieldsOf(text.replaceAll('\r\n', '\n').split('\n\n', 1)[0] ?? '')
  const [name, version] = [fields.get('Name'), fields.get('Version')]
  return name === undefined || version === undefined ? [] : [{ name, version }]
}

const unquoted = (value: string): string => value.replace(/^(["'])(.*)\1$/, '$2')

/** `/etc/os-release` -> the name that OSV has for it; undefined for a distribution that is not audited. */
export const ecosystemOfRelease = (text: string): string | undefined => {
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at < 1 ? [] : [[line.slice(0, at), unquoted(line.slice(at + 1).trim())] as const]
    }),
  )
  const version = fields.get('VERSION_ID') ?? ''
  const names: Readonly<Record<string, string | undefined>> = {
    debian: /^\d{1,3}$/.test(version) ? `Debian:${version}` : undefined,
    ubuntu: /^\d\d\.\d\d$/.test(version) ? `Ubuntu:${version}${/\bLTS\b/.test(fields.get('VERSION') ?? '') ? ':LTS' : ''}` : undefined,
    alpine: /^\d{1,3}\.\d{1,3}/.test(version) ? `Alpine:v${version.split('.').slice(0, 2).join('.')}` : undefined,
  }
  return names[fields.get('ID') ?? '']
}
