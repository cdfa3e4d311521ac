import { describe, expect, test } from '@jest/globals'
import { addByte, noBytes, putBytes, sequenceLength } from '../../../src/core/redact/notation/bytes.ts'
import { createViewWriter } from '../../../src/core/redact/notation/view.ts'

const read = (bytes: Uint8Array): string => {
  const all = noBytes()
  for (const [at, value] of bytes.entries()) addByte(all, value, at, at + 1)
  const writer = createViewWriter({ text: ' '.repeat(bytes.length), places: undefined })
  putBytes(all, writer)
  return writer.view().text
}

describe('bytes that a notation names one by one', () => {
  test.each(['$', '\u007f', '\u0080', 'Pässwörd', '\u07ff', '\u0800', '€', '\uffff', '\u{10000}', '\u{10ffff}'])(
    'are UTF-8: %j',
    (text) => {
      expect(read(Buffer.from(text))).toBe(text)
    },
  )

  test('are Latin-1 where they are none', () => {
    expect(read(Buffer.from('P\u00e4ss \u00ff', 'latin1'))).toBe('Päss ÿ')
    expect(read(Buffer.from([0xe2, 0x82]))).toBe('\u00e2\u0082')
  })

  test.each([
    [[0x7f], 1],
    [[0x80], 0],
    [[0xc1, 0xbf], 0],
    [[0xc2, 0x7f], 0],
    [[0xc2, 0x80], 2],
    [[0xdf, 0xbf], 2],
    [[0xdf, 0xc0], 0],
    [[0xe0, 0xa0, 0x80], 3],
    [[0xef, 0xbf], 0],
    [[0xf0, 0x90, 0x80, 0x80], 4],
    [[0xf4, 0x8f, 0xbf, 0xbf], 4],
    [[0xf5, 0x80, 0x80, 0x80], 0],
  ])('a sequence that begins with %j is %i long', (values, length) => {
    expect(sequenceLength(values, 0)).toBe(length)
  })
})
