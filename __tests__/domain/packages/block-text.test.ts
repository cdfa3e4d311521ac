import { expect, test } from '@jest/globals'
import { readBlockText } from '../../../src/domain/packages/block-text.ts'

const entry = (text: string): readonly (readonly [string, string])[] => {
  const read = readBlockText(text)
  if ('trouble' in read) return [['trouble', read.trouble]]
  return read.documents.flatMap(({ entries }) => [...entries].map(([key, node]) => [key, node.text] as const))
}

test.each([
  ['plain: a', 'plain', 'a'],
  ['"quoted \\" once": a', 'quoted " once', 'a'],
  ['"ends \\\\": a', 'ends \\', 'a'],
  ["'it''s': a", "it's", 'a'],
  ["'no escape \\': a", 'no escape \\', 'a'],
  ['"a: b": c', 'a: b', 'c'],
])('the key of %s', (line, key, text) => {
  expect(entry(`${line}\n`)).toEqual([[key, text]])
})
