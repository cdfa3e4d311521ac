const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d

/** Without the white space of HTTP around it, and nothing else: any other byte may be part of a character. */
export const trimmed = (text: string): string => {
  let [from, to] = [0, text.length]
  while (from < to && isSpace(text.charCodeAt(from))) from += 1
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1
  return text.slice(from, to)
}

/** A length in bytes, or a list of the same one, which stands for one (RFC 9110, 8.6); undefined when it is none. */
export const lengthIn = (text: string): number | undefined => {
  const lengths = text.split(',').map((one) => (/^\d{1,15}$/.test(trimmed(one)) ? Number(trimmed(one)) : undefined))
  return lengths.every((one) => one === lengths[0]) ? lengths[0] : undefined
}
