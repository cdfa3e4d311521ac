/** What needs no quotes in YAML, also inside of a list. */
const plainWord = /^(?!(?:true|false|yes|no|on|off|null)$)[A-Za-z_/][\w./-]*$/i
const plainWords = /^[A-Za-z_/][\w./-]*(?: [A-Za-z_/][\w./-]*)+$/
/** Numbers with a unit, and addresses. */
const plainOther = /^(?:\d+(?:\.\d+)?(?:ms|[smhd%]|[kMGT]i?B)|https?:\/\/[\w./-]+|[\w.-]+:\d{2,5})$/

const scalar = (value: unknown): string => {
  if (typeof value !== 'string') return String(value)
  return plainWord.test(value) || plainWords.test(value) || plainOther.test(value) ? value : JSON.stringify(value)
}

/** A value as a person would write it on one line of `ronde.yml`: `{ service: web, command: [purge] }`. */
export const flowText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return scalar(value)
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${scalar(key)}: ${flowText(one)}`)
    .join(', ')} }`
}
