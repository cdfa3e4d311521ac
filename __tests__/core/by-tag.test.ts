import { expect, test } from '@jest/globals'
import { byTag, type CasesByTag } from '../../src/core/by-tag.ts'

type Seen = { readonly kind: 'number'; readonly value: number } | { readonly kind: 'words'; readonly text: string }
const cases: CasesByTag<Seen, 'kind', [end: string], string> = {
  number: ({ value }, end) => `${value}${end}`,
  words: ({ text }, end) => text + end,
}

test.each<[Seen, string]>([
  [{ kind: 'number', value: 3 }, '3!'],
  [{ kind: 'words', text: 'three' }, 'three!'],
])('%o is told by the case of its own tag', (seen, told) => {
  expect(byTag('kind', cases, seen, '!')).toBe(told)
})
