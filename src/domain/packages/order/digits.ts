/** Compares runs of digits by their number, however long they are. */
export const compareDigits = (a: string, b: string): number => {
  const [left, right] = [withoutZeros(a), withoutZeros(b)]
  return left.length - right.length || compareText(left, right)
}

const withoutZeros = (digits: string): string => {
  let at = 0
  while (at < digits.length && digits[at] === '0') at += 1
  return digits.slice(at)
}

/** Compares by code units, as no locale does. */
export const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
