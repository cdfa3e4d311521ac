import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { type Node, sanitize, type Tag, tokenize } from './markdown/html.ts'

type HtmlExtension = ReturnType<typeof gfmHtml>
const filtered = /<(\/?)(iframe|noembed|noframes|plaintext|script|style|title|textarea|xmp)(?=[\s/>])/gi

/** Renders as GitHub's parser does (with its tag filter) and collects the raw HTML that the source wrote itself. */
const render = (markdown: string) => {
  const raw: string[] = []
  const collect: NonNullable<NonNullable<HtmlExtension['exit']>['htmlFlowData']> = function (token) {
    const source = this.sliceSerialize(token)
    raw.push(source)
    this.raw(source.replace(filtered, '&lt;$1$2'))
  }
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml(), { exit: { htmlFlowData: collect, htmlTextData: collect } }],
  })
  return { html, raw: raw.join('\n') }
}

/** HTML as GitHub shows a summary, an issue or a comment. */
export const renderGitHub = (markdown: string): string => sanitize(render(markdown).html)

export type Allowed = {
  /** Beginnings of addresses that links may have. */
  readonly links?: readonly string[]
  /** Who is meant to be told, `@org/ops`. */
  readonly mentions?: readonly string[]
  /** A marker that stands in a comment on purpose; matched against the whole comment. */
  readonly comment?: RegExp
}

const patterns: readonly (readonly [string, RegExp])[] = [
  ['mention', /(?<![\w`])@[a-z\d][\w-]*(?:\/[\w.-]+)?/gi],
  ['reference', /(?<![\w&])(?:[\w.-]+\/[\w.-]+|[\w.-]+)?#\d+/g],
  ['reference', /(?<!\w)GH-\d+/gi],
  ['commit', /(?<![\w-])(?=[\da-f]*[a-f])(?=[\da-f]*\d)[\da-f]{7,40}(?![\w-])|(?<!\w)\d{40}(?!\w)/gi],
  ['bare link', /(?:https?|ftp):\/\/\S+|(?<!\w)www\.\w\S*/gi],
]
const dangersOfText = (text: string, allowed: Allowed): readonly string[] =>
  patterns
    .flatMap(([what, pattern]) => [...text.matchAll(pattern)].map(([found]) => [what, found] as const))
    .filter(([what, found]) => what !== 'mention' || !(allowed.mentions ?? []).includes(found))
    .map(([what, found]) => `${what} ${found}`)

const rawTags = new Set(['details', 'summary', 'br', 'sub'])
const dangersOfRaw = (raw: string, allowed: Allowed): readonly string[] =>
  tokenize(raw).flatMap((node): readonly string[] => {
    if (node.kind === 'text') return []
    if (node.kind === 'comment') return allowed.comment?.test(node.text) ? [] : [`comment ${node.text}`]
    const attributes = Object.keys(node.attributes).filter((name) => node.name !== 'details' || name !== 'open')
    return rawTags.has(node.name) && attributes.length === 0 ? [] : [`html <${node.closing ? '/' : ''}${node.name}>`]
  })

const linkDanger = (address: string, text: string, allowed: Allowed): readonly string[] => {
  const isBare = text !== '' && [address, address.replace(/^(https?:\/\/|mailto:)/, '')].includes(text)
  if (isBare) return [`bare link ${address}`]
  return address.startsWith('#') || (allowed.links ?? []).some((prefix) => address.startsWith(prefix)) ? [] : [`link ${address}`]
}

/** Walks the text outside code and links, and the links themselves. */
const dangersOfNodes = (nodes: readonly Node[], allowed: Allowed): readonly string[] => {
  const found: string[] = []
  let codeDepth = 0
  let link: { readonly address: string; text: string } | undefined
  const readText = (text: string) => {
    if (link !== undefined) link.text += text
    else if (codeDepth === 0) found.push(...dangersOfText(text, allowed))
  }
  const readTag = ({ name, closing, attributes }: Tag) => {
    if (name === 'code' || name === 'pre') codeDepth += closing ? -1 : 1
    if (name === 'img') found.push(`image ${attributes['src'] ?? ''}`)
    if (name !== 'a') return
    if (link !== undefined) found.push(...linkDanger(link.address, link.text, allowed))
    link = closing ? undefined : { address: attributes['href'] ?? '', text: '' }
  }
  for (const node of nodes) {
    if (node.kind === 'tag') readTag(node)
    else if (node.kind === 'text') readText(node.text)
  }
  return found
}

/** What in a Markdown text would make GitHub tell people, link things or show foreign HTML; empty when it is safe. */
export const dangers = (markdown: string, allowed: Allowed = {}): readonly string[] => {
  const { html, raw } = render(markdown)
  return [...dangersOfRaw(raw, allowed), ...dangersOfNodes(tokenize(html), allowed)]
}
