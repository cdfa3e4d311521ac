/** A requirement as PEP 508 writes it, as far as an audit needs it. `pinned`: the one version that it allows. */
export type Requirement = { readonly name: string; readonly wanted: string; readonly pinned: string | undefined }

const shape = /^([A-Za-z0-9][A-Za-z0-9._-]{0,199})\s{0,20}(?:\[[^\]]{0,500}\])?\s{0,20}(.{0,1000})$/

/** `==4.2.8` and `===4.2.8`; a star allows more than one. */
const exact = (specifier: string): string | undefined => {
  const [, version] = /^={2,3}\s{0,20}([^\s*,;]{1,200})$/.exec(specifier.trim()) ?? []
  return version
}

const withoutMarker = (text: string): string => text.split(';', 1)[0]?.trim() ?? ''

/** `uvicorn[standard]==0.23.2 ; python_version < "3.12"`; undefined for what is no requirement by name. */
export const requirementOf = (text: string): Requirement | undefined => {
  const [, name, rest = ''] = shape.exec(withoutMarker(text)) ?? []
  if (name === undefined || (rest !== '' && !/^[=<>!~(@]/.test(rest))) return undefined
  const wanted = rest.replace(/^\(/, '').replace(/\)$/, '').trim()
  const pins = wanted.startsWith('@') ? [] : wanted.split(',').flatMap((one) => exact(one) ?? [])
  return { name, wanted, pinned: pins[0] }
}
