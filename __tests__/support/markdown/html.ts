export type Tag = {
  readonly kind: 'tag'
  readonly name: string
  readonly closing: boolean
  readonly attributes: Readonly<Record<string, string>>
}
export type Node = Tag | { readonly kind: 'text'; readonly text: string } | { readonly kind: 'comment'; readonly text: string }

const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  commat: '@',
  num: '#',
  sol: '/',
  colon: ':',
}
const fromCode = (code: number) => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')

/** Entities as a browser reads them; of the named ones only those that matter here. */
export const decode = (text: string): string =>
  text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));?/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return fromCode(Number.parseInt(hex, 16))
    return decimal !== undefined ? fromCode(Number(decimal)) : (named[name] ?? whole)
  })
export const encode = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const attributePattern = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g
const readTag = (source: string): Tag => {
  const [, slash = '', name = '', rest = ''] = /^<(\/?)([^\s/>]*)([\s\S]*?)>?$/.exec(source) ?? []
  const attributes = [...rest.matchAll(attributePattern)].map(([, key = '', ...values]) => [
    key.toLowerCase(),
    decode(values.find((value) => value !== undefined) ?? ''),
  ])
  return { kind: 'tag', name: name.toLowerCase(), closing: slash !== '', attributes: Object.fromEntries(attributes) }
}

/** Comments (also the odd forms that browsers take for one), tags (an unclosed one runs to the end), text. */
const pieces = /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*(?:>|$)|<\/?[a-z](?:"[^"]*"|'[^']*'|[^"'>])*(?:>|$)|<\/?[a-z][\s\S]*$|[^<]+|</gi

/** Cuts HTML into text, tags and comments; never fails. */
export const tokenize = (html: string): readonly Node[] =>
  (html.match(pieces) ?? []).map((piece): Node => {
    if (/^<[!?]/.test(piece)) return { kind: 'comment', text: piece }
    return /^<\/?[a-z]/i.test(piece) ? readTag(piece) : { kind: 'text', text: decode(piece) }
  })

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))
const kept = words(
  'h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p ol ul table thead tbody tfoot blockquote dl dt dd kbd q samp var hr ' +
    'li tr td th s strike summary details section caption figure figcaption abbr cite dfn mark small span time wbr input',
)
const empty = words('br hr img input wbr')
const keptAttributes = words('href src align alt title open start colspan rowspan width height id')
const isSafeAddress = (address: string) => /^(https?:|mailto:|#|\/(?!\/)|[\w.-]+(?:[/?#]|$))/i.test(address.trim())

const attributesOf = (tag: Tag): string => {
  const isCheckbox = tag.name === 'input' && tag.attributes['type'] === 'checkbox'
  const names = isCheckbox ? words('type checked disabled') : keptAttributes
  const safe = Object.entries(tag.attributes).filter(
    ([name, value]) => names.has(name) && ((name !== 'href' && name !== 'src') || isSafeAddress(value)),
  )
  return safe.map(([name, value]) => ` ${name}="${encode(value)}"`).join('')
}

const close = (names: readonly string[]) =>
  names
    .toReversed()
    .map((name) => `</${name}>`)
    .join('')

/** What GitHub keeps of HTML: known tags, balanced, with harmless attributes; no comments, no scripts, no styles. */
export const sanitize = (html: string): string => {
  const open: string[] = []
  const print = (node: Node): string => {
    if (node.kind === 'comment') return ''
    if (node.kind === 'text') return encode(node.text)
    const isKept = kept.has(node.name) && (node.name !== 'input' || node.attributes['type'] === 'checkbox')
    if (!isKept) return ''
    if (!node.closing) {
      if (!empty.has(node.name)) open.push(node.name)
      return `<${node.name}${attributesOf(node)}>`
    }
    const at = open.lastIndexOf(node.name)
    return at < 0 ? '' : close(open.splice(at))
  }
  return tokenize(html).map(print).join('') + close(open)
}
