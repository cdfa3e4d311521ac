import type { Answer } from './call.ts'

type Sent = { readonly status: number; readonly body: unknown; readonly headers: Readonly<Record<string, string>> }

const linkTo = (url: string, query: URLSearchParams, page: number, relation: string) => {
  const changed = new URLSearchParams(query)
  changed.set('page', String(page))
  return `<${url}?${changed.toString()}>; rel="${relation}"`
}

/** One page of a list, with the `Link` header that leads to the others. */
export const pageOf = (answer: Answer, url: string, query: URLSearchParams): Sent => {
  if (!('items' in answer)) return { status: answer.status, body: 'body' in answer ? answer.body : undefined, headers: {} }
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30))
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1)
  const last = Math.max(1, Math.ceil(answer.items.length / size))
  const items = answer.items.slice((page - 1) * size, page * size)
  const back = page > 1 ? [linkTo(url, query, page - 1, 'prev'), linkTo(url, query, 1, 'first')] : []
  const forth = page < last ? [linkTo(url, query, page + 1, 'next'), linkTo(url, query, last, 'last')] : []
  const links = [...back, ...forth]
  const body = answer.wrap?.(items, answer.items.length) ?? items
  return { status: 200, body, headers: links.length === 0 ? {} : { link: links.join(', ') } }
}
