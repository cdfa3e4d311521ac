type StatusItem = number | string
export type ExpectedStatus = StatusItem | readonly StatusItem[] | undefined

const group = /^([1-5])xx$/i
const range = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/

const boundsOf = (item: StatusItem): readonly [number, number] | undefined => {
  const hundred = group.exec(String(item))?.[1]
  if (hundred !== undefined) return [Number(hundred) * 100, Number(hundred) * 100 + 99]
  const [, from, to = from] = range.exec(String(item)) ?? []
  return from === undefined || Number(from) > Number(to) ? undefined : [Number(from), Number(to)]
}

/** `2xx`, `200-299` or `200`. */
export const isStatusText = (text: string): boolean => boundsOf(text) !== undefined

const items = (expected: ExpectedStatus): readonly StatusItem[] =>
  expected === undefined ? ['2xx', '3xx'] : typeof expected === 'object' ? expected : [expected]

export const accepts = (expected: ExpectedStatus, status: number): boolean =>
  items(expected).some((item) => {
    const [from, to] = boundsOf(item) ?? [0, -1]
    return status >= from && status <= to
  })

/** `status 200`, `status 2xx or 3xx`. */
export const statusWords = (expected: ExpectedStatus): string => `status ${items(expected).join(' or ')}`
