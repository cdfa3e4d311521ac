import fc from 'fast-check'

export type Notation = { readonly name: string; readonly write: (text: string) => string }

const hex = (code: number, width = 2): string => code.toString(16).padStart(width, '0')
const bytes = (text: string): readonly number[] => [...Buffer.from(text)]
const units = (text: string): readonly number[] => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
/** Whole code points. */
const characters = (text: string): readonly string[] => Array.from(text)
const notAscii = /[^ -~]/g
const json = (text: string): string => JSON.stringify(text).slice(1, -1)
const python = (text: string): string => json(text).replace(notAscii, (one) => `\\u${hex(one.charCodeAt(0), 4)}`)
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;', ä: '&auml;' }
const html = (text: string): string => text.replace(/[&<>"'ä]/g, (one) => entities[one] ?? one)

/** Notations that give text again, so that they can stand on top of one another. */
export const notations: readonly Notation[] = [
  { name: 'as it is', write: (text) => text },
  { name: 'JSON', write: json },
  { name: 'JSON in ASCII, as json.dumps writes it', write: python },
  { name: 'JSON as PHP writes it', write: (text) => python(text).replaceAll('/', '\\/') },
  {
    name: 'every unit as \\u',
    write: (text) =>
      units(text)
        .map((one) => `\\u${hex(one, 4)}`)
        .join(''),
  },
  {
    name: 'every character as \\u{}',
    write: (text) =>
      characters(text)
        .map((one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`)
        .join(''),
  },
  {
    name: 'bytes as \\x',
    write: (text) =>
      bytes(text)
        .map((one) => `\\x${hex(one)}`)
        .join(''),
  },
  {
    name: 'bytes in octal',
    write: (text) =>
      bytes(text)
        .map((one) => `\\${one.toString(8).padStart(3, '0')}`)
        .join(''),
  },
  { name: 'HTML with names', write: html },
  {
    name: 'HTML in numbers',
    write: (text) =>
      characters(text)
        .map((one) => `&#${one.codePointAt(0)};`)
        .join(''),
  },
  {
    name: 'HTML in hexadecimal',
    write: (text) =>
      characters(text)
        .map((one) => `&#X${(one.codePointAt(0) ?? 0).toString(16).toUpperCase()};`)
        .join(''),
  },
  { name: 'percent', write: (text) => encodeURIComponent(text.toWellFormed()) },
  { name: 'percent in lower case', write: (text) => encodeURIComponent(text.toWellFormed()).replace(/%../g, (one) => one.toLowerCase()) },
  {
    name: 'percent, every byte',
    write: (text) =>
      bytes(text)
        .map((one) => `%${hex(one)}`)
        .join(''),
  },
  { name: 'base64', write: base64 },
  { name: 'base64url', write: (text) => Buffer.from(text).toString('base64url') },
  { name: 'base64 behind a name', write: (text) => base64(`quiz:${text}`) },
  { name: 'base64 behind another name', write: (text) => base64(`quizz:${text}`) },
  { name: 'hexadecimal', write: (text) => Buffer.from(text).toString('hex') },
  { name: 'hexadecimal in capitals', write: (text) => Buffer.from(text).toString('hex').toUpperCase() },
]

const broken = (text: string, what: string): string => text.slice(0, 6) + what + text.slice(6)

/** What else servers, terminals and people do to a text. */
export const damages: readonly Notation[] = [
  { name: 'a zero-width space in it', write: (text) => broken(text, '\u200b') },
  { name: 'a soft hyphen in it', write: (text) => broken(text, '\u00ad') },
  { name: 'a word joiner between all', write: (text) => characters(text).join('\u2060') },
  { name: 'a zero-width space as JSON', write: (text) => broken(json(text), '\\u200b') },
  { name: 'a colour in it', write: (text) => broken(text, '\u001b[31m') },
  { name: 'a colour of eight bits in it', write: (text) => broken(text, '\u009b31m') },
  { name: 'a colour as JSON', write: (text) => broken(json(text), '\\u001b[31m') },
  { name: 'decomposed', write: (text) => text.normalize('NFD') },
  { name: 'composed', write: (text) => text.normalize('NFC') },
  { name: 'in capitals', write: (text) => text.toUpperCase() },
  { name: 'broken into lines', write: (text) => broken(text, '\r\n   ') },
  {
    name: 'quoted-printable',
    write: (text) =>
      broken(
        bytes(text)
          .map((one) => (one > 0x20 && one < 0x7f && one !== 0x3d ? String.fromCharCode(one) : `=${hex(one).toUpperCase()}`))
          .join(''),
        '=\r\n',
      ),
  },
  { name: 'quoted-printable whose lines were joined', write: (text) => broken(text.replaceAll('=', '=3D'), '= ') },
  { name: 'base64 in lines', write: (text) => base64(`${'x'.repeat(50)}${text}${'y'.repeat(40)}`).replace(/.{24}/g, '$&\r\n') },
  { name: 'bytes of a Buffer', write: (text) => JSON.stringify(Buffer.from(text)) },
  { name: 'bytes as Go prints them', write: (text) => `[${bytes(text).join(' ')}]` },
  {
    name: 'hexadecimal in pairs',
    write: (text) =>
      bytes(text)
        .map((one) => `0x${hex(one)}`)
        .join(', '),
  },
  { name: 'SQL', write: (text) => text.replaceAll("'", "''") },
  { name: 'SQL with U&', write: (text) => text.replaceAll('\\', '\\\\').replace(notAscii, (one) => `\\${hex(one.charCodeAt(0), 4)}`) },
  {
    name: 'a name in a certificate',
    write: (text) =>
      text.replaceAll('\\', '\\\\').replace(notAscii, (one) =>
        bytes(one)
          .map((byte) => `\\${hex(byte).toUpperCase()}`)
          .join(''),
      ),
  },
  { name: 'PCRE', write: (text) => text.replaceAll('\\', '\\\\').replace(notAscii, (one) => `\\x{${one.charCodeAt(0).toString(16)}}`) },
  { name: 'a shell', write: (text) => text.replaceAll("'", "'\\''") },
  { name: 'Latin-1 read as UTF-8', write: (text) => Buffer.from(text, 'latin1').toString('utf8') },
  { name: 'UTF-8 read as Latin-1', write: (text) => Buffer.from(text).toString('latin1') },
  { name: 'question marks', write: (text) => text.replace(notAscii, '?') },
  { name: 'an escape that says nothing', write: (text) => text.replace(notAscii, '\\ud800') },
  { name: 'percent of Latin-1', write: (text) => escape(text) },
  { name: 'UTF-16 in base64', write: (text) => Buffer.from(text, 'utf16le').toString('base64') },
  { name: 'strings side by side', write: (text) => broken(text, '" "') },
]

/** Three notations on top of one another, any of them. */
export const stacked: fc.Arbitrary<Notation> = fc.array(fc.constantFrom(...notations), { minLength: 1, maxLength: 3 }).map((all) => ({
  name: all.map(({ name }) => name).join(', then '),
  write: (text) => all.reduce((so, one) => one.write(so), text),
}))

const printable = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%&*+-./:;<=>?@^_|~"\'\\$() äöüßéñ€'.split('')

/** Passwords and keys as people and programs make them: 12 to 40 characters, half of them letters or digits. */
export const anySecret: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...printable), { minLength: 12, maxLength: 40 })
  .map((all) => all.join('').trim())
  .filter((text) => text.length >= 12 && (text.match(/[A-Za-z0-9]/g) ?? []).length >= 10)

const unescaped = (text: string): string =>
  text
    .replace(/\\u\{([0-9a-f]+)\}/gi, (_, code: string) => String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(code, 16))))
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/(?:\\x[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll(/\\x/gi, ''), 'hex').toString())
    .replace(/(?:\\[0-3][0-7]{2})+/g, (run) =>
      Buffer.from(
        run
          .slice(1)
          .split('\\')
          .map((one) => Number.parseInt(one, 8)),
      ).toString(),
    )
    .replace(/\\([^\w\s])/g, '$1')
const fromHtml = (text: string): string =>
  text
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(code, 16))))
    .replace(/&#(\d{1,7});/g, (_, code: string) => String.fromCodePoint(Math.min(0x10ffff, Number(code))))
    .replace(/&(amp|lt|gt|quot|auml);/g, (whole, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', auml: 'ä' })[name] ?? whole)
const fromPercent = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
const fromBase64 = (text: string): string =>
  [...text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)]
    .flatMap(([run]) => [0, 1, 2, 3].map((at) => Buffer.from(run.slice(at), 'base64').toString()))
    .join('\n')
const fromHex = (text: string): string =>
  [...text.matchAll(/[0-9a-f]{8,}/gi)].flatMap(([run]) => [0, 1].map((at) => Buffer.from(run.slice(at), 'hex').toString())).join('\n')

/** Everything that a text says when somebody decodes it, three times over. Another way than the code's, on purpose. */
export const decodedEverywhere = (text: string, depth = 3): string => {
  const seen = text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
  if (depth === 0 || seen === '') return seen
  const readings = [unescaped, fromHtml, fromPercent, fromBase64, fromHex]
    .map((read) => read(seen))
    .filter((one) => one !== seen && one !== '')
  return [seen, ...readings.map((one) => decodedEverywhere(one, depth - 1))].join('\n')
}

const bare = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase()

/** Whether half of a secret or more can be got out of a text; the text is decoded once for all secrets. */
export const tellerOf = (text: string): ((secret: string) => boolean) => {
  const all = bare(decodedEverywhere(text))
  return (secret) => {
    const kept = bare(secret)
    const half = Math.max(6, Math.ceil(kept.length / 2))
    return Array.from({ length: kept.length - half + 1 }, (_, at) => kept.slice(at, at + half)).some((part) => all.includes(part))
  }
}
export const tells = (text: string, secret: string): boolean => tellerOf(text)(secret)
