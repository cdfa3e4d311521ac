import { expect, test } from '@jest/globals'
import { entityAt, unknownCharacter } from '../../../src/core/redact/notation/entities.ts'

test.each([
  ['&eacute;', 0xe9, 8],
  ['&amp;eacute;', 0xe9, 12],
  ['&nobody;', unknownCharacter, 8],
  // Behind an escaped ampersand a name that nobody knows may be a text.
  ['&amp;nobody;', 0x26, 5],
  ['&#x110000;', unknownCharacter, 10],
  ['&#38;', 0x26, 5],
])('%s stands for the character %i', (text, code, length) => {
  expect(entityAt(text, 0)).toEqual({ code, length })
})

test('what is no entity stands for itself', () => {
  expect([entityAt('& b', 0), entityAt('a&amp;', 0)]).toEqual([undefined, undefined])
})
