import { describe, expect, test } from '@jest/globals'
import { lineSplitter } from './runner/commands.ts'
import { inputEnvironment } from './runner/environment.ts'
import { parsePairs } from './runner/file-commands.ts'
import { createInterpreter, createMasks } from './runner/interpreter.ts'

const read = (text: string) => {
  const interpreter = createInterpreter(createMasks([]))
  const lines = lineSplitter(interpreter.read)
  lines.write(new TextEncoder().encode(text))
  lines.end()
  return interpreter.obeyed
}
const names = (text: string) => read(text).commands.map((command) => `${command.name} ${command.data}`.trim())

describe('the runner obeys', () => {
  test.each([
    ['a command at the start of a line', '::add-mask::quiz', ['add-mask quiz']],
    ['a command after spaces and tabs', ' \t ::add-mask::quiz', ['add-mask quiz']],
    ['a command after a no-break space', '\u00a0\u0085::add-mask::quiz', ['add-mask quiz']],
    ['any case of a name', '::ADD-Mask::quiz', ['add-mask quiz']],
    ['brackets in the middle of a line', 'GET /##[add-mask]quiz', ['add-mask quiz']],
    ['brackets in any case', 'x ##[Add-Mask]quiz', ['add-mask quiz']],
    ['brackets after an unknown :: command', '::nonsense::##[group]quiz', ['group quiz']],
    ['a line that begins after a lone carriage return', 'progress 3 %\r::group::quiz', ['group quiz']],
    ['a closing :: that was broken with a zero-width space', '::group:\u200b:quiz', ['group quiz']],
    ['escaped line ends', '::group::a%0Ab%25', ['group a\nb%']],
    ['commands again after the token', '::stop-commands::T1\n::group::a\n::t1::\n::group::b', ['stop-commands T1', 'group b']],
    ['the token in brackets in the middle of a line', '::stop-commands::T1\nx ##[T1]\n::group::b', ['stop-commands T1', 'group b']],
  ])('%s', (_, text, expected) => expect(names(text)).toEqual(expected))
})

describe('the runner prints as it is', () => {
  test.each([
    ['a command in the middle of a line', 'x ::add-mask::quiz'],
    ['a command after a zero-width space', '\u200b::add-mask::quiz'],
    ['a command broken by a zero-width space', ':\u200b:add-mask::quiz'],
    ['an unknown name', '::frobnicate::quiz'],
    ['an unknown name in brackets', '##[frobnicate]quiz'],
    ['a name without closing colons', '::add-mask quiz'],
    ['a broken bracket', '#\u200b#[add-mask]quiz'],
    ['brackets behind an unclosed one', '##[ ##[add-mask]quiz'],
    ['an internal command', '::internal-set-repo-path::quiz'],
  ])('%s', (_, text) => expect({ commands: names(text), log: read(text).log }).toEqual({ commands: [], log: [text] }))

  test('everything between stop-commands and its token, on stdout and stderr alike', () => {
    const { commands, log } = read('::stop-commands::T1\n::add-mask::a\nx ##[set-output name=a]b\n::T1::')
    expect(commands).toHaveLength(1)
    expect(log).toEqual(['::stop-commands::T1', '::add-mask::a', 'x ##[set-output name=a]b', '::T1::'])
  })
})

describe('what commands do', () => {
  test('properties have their own separators and escapes', () => {
    expect(read('::error file=a.ts,line=3,title=x%2Cy::bad').annotations).toEqual([
      { level: 'error', message: 'bad', properties: { file: 'a.ts', line: '3', title: 'x,y' } },
    ])
    expect(read('x ##[warning file=a.ts;line=3]bad').annotations[0]?.properties).toEqual({ file: 'a.ts', line: '3' })
  })

  test('a mask holds from its line on, for the whole and for each of its lines', () => {
    expect(read('s3cret\n::add-mask::s3cret%0Aother\na s3cret and other').log).toEqual(['s3cret', 'a *** and ***'])
  })

  test('at most ten annotations of a kind, 4,096 characters each', () => {
    const { annotations, log } = read(`${'::error::x\n'.repeat(12)}::warning::${'y'.repeat(5_000)}`)
    expect(annotations.filter((one) => one.level === 'error')).toHaveLength(10)
    expect(annotations.at(-1)?.message).toHaveLength(4_096)
    expect(log).toHaveLength(13)
  })

  test('set-output and save-state still work and warn', () => {
    const { outputs, state, annotations, failed } = read('::set-output name=a::1\n::save-state name=b::2')
    expect({ outputs, state, failed }).toEqual({ outputs: { a: '1' }, state: { b: '2' }, failed: false })
    expect(annotations.map((one) => one.level)).toEqual(['warning', 'warning'])
  })

  test.each([
    '::set-env name=PATH::/tmp',
    '::add-path::/tmp',
    '::stop-commands::',
    '::stop-commands::pause-logging',
    '::stop-commands::group',
    '::set-output::1',
    '::echo::maybe',
  ])('%s fails the step', (text) => expect(read(text).failed).toBe(true))
})

describe('command files', () => {
  test.each([
    ['a line', 'a=b=c\n', [['a', 'b=c']]],
    ['an arrow inside a value', 'a=b<<c\n', [['a', 'b<<c']]],
    [
      'a document',
      'a<<E\nb\n\n=c<<\nE\nd=\n',
      [
        ['a', 'b\n\n=c<<'],
        ['d', ''],
      ],
    ],
    ['an empty document', 'a<<E\nE\n', [['a', '']]],
    ['a document that ends with the file', 'a<<E\nb\nE', [['a', 'b']]],
  ])('%s', (_, text, pairs) => expect([...parsePairs(text)]).toEqual(pairs))

  test.each([
    ['no sign at all', 'nonsense\n', "Invalid format 'nonsense'"],
    ['no delimiter', 'a<<\n', 'delimiter must not be empty'],
    ['a delimiter that never comes', 'a<<E\nb\n', "Matching delimiter not found 'E'"],
  ])('%s is a mistake', (_, text, message) => expect(() => [...parsePairs(text)]).toThrow(message))
})

describe('inputs', () => {
  const action = { inputs: { token: '${{ github.token }}', 'fail on': 'x', 'max-latency': '' }, main: '', post: undefined, postIf: '' }

  test('defaults are evaluated, names upper-cased, spaces replaced, dashes kept', () => {
    expect(inputEnvironment(action, { 'max-latency': '200 ms', other: '' }, { token: 't' })).toEqual({
      INPUT_TOKEN: 't',
      INPUT_FAIL_ON: 'x',
      'INPUT_MAX-LATENCY': '200 ms',
      INPUT_OTHER: '',
    })
  })

  test('an expression that the emulator does not know is refused', () => {
    const unknown = { ...action, inputs: { a: '${{ secrets.TOKEN }}' } }
    expect(() => inputEnvironment(unknown, {}, {})).toThrow('not secrets.TOKEN')
  })
})
