/** A number of JavaScript keeps so many decimal digits, whatever they are. */
const keptDigits = 15

/** Without the zeros at the end of a fraction, which say nothing. */
const withoutZeros = (digits: string): string => {
  let end = digits.length
  while (digits.includes('.') && digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}

/** Whether a number is still the one that was written: more digits than are kept would be dropped without a word. */
export const keepsDigits = (written: string, value: number): boolean => {
  const digits = /^[-+]?([\d.]{1,1000})(?:e[-+]?\d{1,10})?$/i.exec(written)?.[1]
  if (digits === undefined) return true
  const significant = withoutZeros(digits).replace('.', '').replace(/^0+/, '')
  return significant.length <= keptDigits || (Number.isSafeInteger(value) && !digits.includes('.'))
}
