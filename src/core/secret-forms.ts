import { statuses } from './status.ts'

/** Shorter ones would blank out ordinary words. */
export const minSecretLength = 4
/** A piece of base64 shorter than this could be an ordinary word. */
const minPieceLength = 8

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

const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (one) => one.toLowerCase())

const percentEncoded = (text: string): readonly string[] => {
  const well = text.toWellFormed()
  const component = encodeURIComponent(well)
  const strict = component.replace(/[!'()*~.-]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  const rfc3986 = component.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams([['', well]]).toString().slice(1)
  const url = new URL('x://h')
  url.password = well
  return [component, rfc3986, strict, form, encodeURI(well), url.password].flatMap((one) => [one, lowerHex(one)])
}

/** Base64 of the text by itself, and what of it shows when up to two bytes (`user:`) stand before it and anything behind. */
const base64 = (text: string): readonly string[] => {
  const bytes = Buffer.from(text)
  const whole = bytes.toString('base64')
  const pieces = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const bits = (shift + bytes.length) * 8
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(bits / 6))
  })
  const standard = [whole, whole.replace(/=+$/, ''), ...pieces.filter((piece) => piece.length >= minPieceLength)]
  return standard.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')])
}

const jsonEscaped = (text: string): string => JSON.stringify(text).slice(1, -1)

const ownWords: ReadonlySet<string> = new Set(statuses)

/**
 * The forms in which the runner must be told a secret: its lines, URL-encoded and percent-decoded; it derives base64 and others itself.
 * Never a status: the runner withholds every output that holds a secret, so a container whose password is `critical` would silence the verdict.
 */
export const maskForms = (secret: string): readonly string[] => {
  const single = [secret, decoded(secret)].flatMap(lines).filter((one) => one.trim() !== '' && !/[\r\n]/.test(one))
  const plain = single.filter((one) => (one === secret || one.length >= minSecretLength) && !ownWords.has(one))
  return [...new Set(plain.flatMap((one) => [one, encodeURIComponent(one.toWellFormed())]))]
}

/** Every form in which a secret could turn up in a text. */
export const secretForms = (secret: string): readonly string[] => {
  const plain = [secret, decoded(secret)].flatMap(lines).filter((one) => one.length >= minSecretLength)
  const forms = plain.flatMap((one) => [one, jsonEscaped(one)].concat(percentEncoded(one), base64(one)))
  return [...new Set(forms)].filter((one) => one.length >= minSecretLength && one.trim() !== '')
}
