/** A number of JavaScript keeps so many decimal digits, whatever they are. */
const keptDigits = 15

/** Whether a number is still the one that was written: more digits than are kept would be dropped without a word. */
export const keepsDigits = (written: string, value: number): boolean => {
  const digits = /^[-+]?([\d.]{1,1000})(?:e[-+]?\d{1,10})?$/i.exec(written)?.[1]
  if (digits === undefined) return true
  const fraction = digits.includes('.') ? digits.replace(/0+$/, '') : digits
  const significant = fraction.replace('.', '').replace(/^0+/, '')
  return significant.length <= keptDigits || (Number.isSafeInteger(value) && !digits.includes('.'))
}
