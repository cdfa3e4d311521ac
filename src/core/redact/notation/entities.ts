/** U+00A0 to U+00FF, in order. */
const latin1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
const others =
  'amp & lt < gt > quot " apos \' excl ! num # dollar $ percnt % lpar ( rpar ) ast * midast * plus + comma , period . sol / colon : semi ; equals = quest ? commat @ lsqb [ lbrack [ bsol \\ rsqb ] rbrack ] Hat ^ lowbar _ UnderBar _ grave ` DiacriticalGrave ` lcub { lbrace { verbar | vert | VerticalLine | rcub } rbrace } hyphen \u2010 dash \u2010 ndash \u2013 mdash \u2014 euro \u20AC hellip \u2026 lsquo \u2018 rsquo \u2019 ldquo \u201C rdquo \u201D OElig \u0152 oelig \u0153 zwnj \u200C zwj \u200D lrm \u200E rlm \u200F ZeroWidthSpace \u200B NoBreak \u2060 Tab \u0009 NewLine \u000A inodot i imath i lstrok l Lstrok L tilde ~ circ ^'.split(
    ' ',
  )

const named: ReadonlyMap<string, number> = new Map([
  ...latin1.split(' ').map((name, index): [string, number] => [name, 0xa0 + index]),
  ...others.flatMap((name, index): [string, number][] => (index % 2 === 0 ? [[name, others[index + 1]?.codePointAt(0) ?? 0]] : [])),
])

/** `&scaron;`: comparing leaves accents out. */
const accented = /^([A-Za-z])(?:acute|grave|uml|circ|tilde|ring|cedil|caron|breve|macr|ogon|dot|dblac|slash|strok)$/

/** What stands for a character that cannot be known. */
export const unknownCharacter = 0xfffd

const entity = /&(?:amp;|#38;|#x26;){0,64}(?:#x0{0,8}([0-9a-f]{1,6})|#0{0,8}([0-9]{1,7})|([a-z][a-z0-9]{1,31}))(;?)/iy
/** Names that browsers take without their semicolon. */
const bare = /^(?:amp|lt|gt|quot|AMP|LT|GT|QUOT)/

type Read = { readonly code: number; readonly length: number }

const codeOf = (name: string): number | undefined =>
  named.get(name) ?? named.get(name.toLowerCase()) ?? accented.exec(name)?.[1]?.charCodeAt(0)

/** Behind an escaped ampersand a name that nobody knows may be a text: `&amp;a4;` says `&a4;`. */
const closedName = (name: string, length: number): Read | undefined => {
  const code = codeOf(name)
  return code === undefined && length > name.length + 2 ? undefined : { code: code ?? unknownCharacter, length }
}

const byName = (name: string, whole: string, closed: boolean): Read | undefined => {
  if (closed) return closedName(name, whole.length)
  const known = bare.exec(name)?.[0]
  const code = known === undefined ? undefined : named.get(known.toLowerCase())
  return known === undefined || code === undefined ? undefined : { code, length: whole.length - name.length + known.length }
}

const ampersand = /&(?:amp|#38|#x26);/iy

/** The HTML entity that stands at `at`, however often its ampersand was escaped. */
export const entityAt = (text: string, at: number): Read | undefined => {
  entity.lastIndex = at
  const found = entity.exec(text)
  const read = found === null ? undefined : readEntity(found)
  if (read !== undefined) return read
  ampersand.lastIndex = at
  const [alone] = ampersand.exec(text) ?? []
  return alone === undefined ? undefined : { code: 0x26, length: alone.length }
}

const readEntity = ([whole, hex, decimal, name = '', end]: RegExpExecArray): Read | undefined => {
  if (hex === undefined && decimal === undefined) return byName(name, whole, end === ';')
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  return { code: code > 0x10ffff ? unknownCharacter : code, length: whole.length }
}
