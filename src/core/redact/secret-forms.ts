import { statuses } from '../../contract/status.ts'
import { type Likeness, likeText } from './notation/loose.ts'
import { plainForms } from './notation/readings.ts'

/** Shorter ones would blank out ordinary words. */
export const minSecretLength = 4
/** From here on a secret is compared loosely: in shorter ones too little would be left. */
export const minLooseLength = 8

const lines = (secret: string): readonly string[] => {
  const trimmed = secret.split(/\r\n|[\n\r]/).map((line) => line.trim())
  return trimmed.length > 1 ? [secret, ...trimmed] : trimmed[0] === secret ? [secret] : [secret, ...trimmed]
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone `%` of a plain password: then it is not percent-encoded and has no decoded form.
    return text
  }
}

const ownWords: ReadonlySet<string> = new Set(statuses)

/**
 * The forms in which the runner must be told a secret: its lines, URL-encoded and percent-decoded; it derives base64 and others itself.
 * None that is shorter than 4 characters: the runner would hide that letter in the whole log. Never a status: the runner withholds every output that holds a secret, so a container whose password is `critical` would silence the verdict.
 */
export const maskForms = (secret: string): readonly string[] => {
  const single = [secret, decoded(secret)].flatMap(lines).filter((one) => one.trim() !== '' && !/[\r\n]/.test(one))
  const plain = single.filter((one) => one.length >= minSecretLength && !ownWords.has(one))
  return [...new Set(plain.flatMap((one) => [one, encodeURIComponent(one.toWellFormed())]))]
}

const printable = /^[\t\n\r -~\u00a0-\uffff]{8,}$/

/** Credentials that were told in base64: what they say, and the password in it. */
const fromBase64 = (secret: string): readonly string[] => {
  if (!/^[A-Za-z0-9+/_-]{11,}={0,2}$/.test(secret)) return []
  const said = Buffer.from(secret, 'base64').toString('utf8')
  return printable.test(said) && !said.includes('\ufffd') ? [said, said.slice(said.indexOf(':') + 1)] : []
}

/** A URL with credentials begins with them: its scheme is no secret. */
const withoutScheme = (secret: string): string => secret.replace(/^[a-z][a-z0-9+.-]{0,30}:\/\/(?=[^@]*@)/i, '')

/** What is looked for, by how it is compared. */
export type Needles = { readonly [Kind in Likeness]: readonly string[] }

/**
 * The usual notations of a secret, looked for as they are: a reading that undoes notations can be misled by what stands before one
 * (`%` before `00`), or end at a control character.
 */
const usualForms = (text: string): readonly string[] => {
  const base64 = Buffer.from(text)
    .toString('base64')
    .replace(/={1,2}$/, '')
  const percent = encodeURIComponent(text.toWellFormed())
  return [
    text,
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
    percent,
    JSON.stringify(text).slice(1, -1),
    text.replaceAll("'", "''"),
  ]
}

const needlesOfForm = (form: string): Needles => {
  const loose = likeText(form, 'loose')
  if (loose.length < minLooseLength) return { exact: [form, likeText(form, 'exact')].flatMap(usualForms), loose: [], worn: [] }
  const worn = likeText(form, 'worn')
  const isWorn = /[^\0-~]|\?/.test(form) && worn.replaceAll('\ufffd', '').length >= minLooseLength - 2
  return { exact: usualForms(form), loose: [loose], worn: isWorn ? [worn] : [] }
}

/** Every form of a secret that has to be looked for; notations on top of it are undone in the text. */
export const needlesOf = (secrets: Iterable<string>): Needles => {
  const forms = new Set(
    [...secrets]
      .flatMap((secret) => [secret, decoded(secret), ...fromBase64(secret)])
      .flatMap(lines)
      .map(withoutScheme)
      .flatMap(plainForms)
      .filter((one) => one.length >= minSecretLength && one.trim() !== ''),
  )
  const all = [...forms].map(needlesOfForm)
  const each = (kind: Likeness) => [...new Set(all.flatMap((one) => one[kind]))].filter((one) => one.length >= minSecretLength)
  return { exact: each('exact'), loose: each('loose'), worn: each('worn') }
}
