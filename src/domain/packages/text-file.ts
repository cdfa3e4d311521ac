/** A file as text, or why it is none that can be read. */
export type TextFile = { readonly text: string } | { readonly trouble: string }

const decoded = (bytes: Buffer): string | undefined => {
  const [first, second, third] = bytes
  if (first === 0xff && second === 0xfe) return bytes.toString('utf16le', 2)
  if (first === 0xfe && second === 0xff)
    return bytes.length % 2 === 0 ? Buffer.from(bytes.subarray(2)).swap16().toString('utf16le') : undefined
  return first === 0xef && second === 0xbb && third === 0xbf ? bytes.toString('utf8', 3) : bytes.toString('utf8')
}

/** The line of the first mark that git leaves where two branches disagree. */
const conflictLine = (text: string): number | undefined => {
  const at = text.startsWith('<<<<<<< ') ? 0 : text.indexOf('\n<<<<<<< ') + 1
  if (at === 0 && !text.startsWith('<<<<<<< ')) return undefined
  return text.slice(0, at).split('\n').length
}

/**
 * Text as editors and Windows shells write it: UTF-8 or UTF-16 with their marks, any kind of line end. A `\r` alone ends a line for YAML, yarn and pip
 * too: what follows one in a comment is theirs to install, and ours to see. A merge conflict is none.
 */
export const textOfFile = (bytes: Buffer): TextFile => {
  const raw = decoded(bytes)
  if (raw === undefined) return { trouble: 'it ends inside a character of UTF-16' }
  if (raw.includes('\0')) return { trouble: 'it is no text' }
  const line = conflictLine(raw)
  if (line !== undefined) return { trouble: `it holds a merge conflict (line ${line}): resolve it, and lock anew` }
  return { text: raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw }
}
