import { readJson } from '../../../../core/read-json.ts'
import type { HttpSeen } from '../../../../probes/http.ts'
import { accepts } from './expected-status.ts'
import { jsonDifference } from './json-subset.ts'
import type { EndpointTarget } from './target.ts'

export type EndpointAnswer = Extract<HttpSeen, { readonly kind: 'answer' }>

const longest = 200

/** The beginning of a body, in one line and in quotes. */
export const beginningWords = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line === '') return 'nothing'
  return JSON.stringify(line.length > longest ? `${line.slice(0, longest)}…` : line)
}

export const expectsBody = ({ json, text }: EndpointTarget): boolean => json !== undefined || text !== undefined

/** What the body lacks of what is expected, in words; `undefined` when it has all of it. */
export const bodyMistake = ({ body }: EndpointAnswer, { json, text }: EndpointTarget): string | undefined => {
  if (body === undefined) return undefined
  if ('unreadable' in body) return `its body cannot be read: ${body.unreadable}`
  if (text !== undefined && !body.text.includes(text)) {
    return `the text is not in ${body.whole ? 'the body' : 'the first MiB of the body'}, which begins with ${beginningWords(body.text)}`
  }
  if (json === undefined) return undefined
  if (!body.whole) return 'its body goes on after 1 MiB: too long for JSON that is compared'
  const read = readJson(body.text)
  return 'value' in read ? jsonDifference(json, read.value) : `its body ${read.trouble}: ${beginningWords(body.text)}`
}

/** An endless stream, as far as one can tell: no length said, and no end after all that is read. */
export const isEndless = (answer: EndpointAnswer, target: EndpointTarget): boolean =>
  !answer.ended && !answer.lengthKnown && !expectsBody(target)

/** An answer, but not the expected one: worth another attempt. */
export const isWrong = (answer: EndpointAnswer, target: EndpointTarget): boolean =>
  !accepts(target.status, answer.status) || isEndless(answer, target) || bodyMistake(answer, target) !== undefined
