import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createRedactor } from '../../src/core/redact/redact.ts'
import { createPrinter, inWorkflow, type Printer } from '../../src/runtime/print.ts'
import { anyText, hostileTexts } from '../support/hostile-texts.ts'
import { parseCommand } from '../support/runner/commands.ts'
import { createInterpreter, createMasks } from '../support/runner/interpreter.ts'

/** A printer whose lines are kept, with commands as the runner reads them. */
const printed = (use: (printer: Printer) => void, { workflow = true, secrets = [] as readonly string[] } = {}): readonly string[] => {
  let text = ''
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret)
  const printer = createPrinter({
    workflow,
    redact: redactor.redact,
    write: (more) => {
      text += more
    },
    issue: (name, properties, message) => {
      const escaped = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
      const shown = Object.entries(properties).map(([key, value]) => `${key}=${value}`)
      text += `::${[name, shown.join(',')].join(' ').trim()}::${escaped}\n`
    },
  })
  use(printer)
  return text.split('\n').slice(0, -1)
}
const obeyed = (lines: readonly string[]) => {
  const interpreter = createInterpreter(createMasks([]))
  for (const line of lines) interpreter.read(line)
  return interpreter.obeyed.commands.map(({ name }) => name)
}
const uses: readonly { what: string; use: (printer: Printer, text: string) => void; own: readonly string[] }[] = [
  { what: 'a line', use: (printer, text) => printer.line(text), own: [] },
  { what: 'an untrusted block', use: (printer, text) => printer.untrusted(`first\n${text}\nlast`), own: ['stop-commands'] },
  { what: 'a group', use: (printer, text) => printer.group(text, [text, text]), own: ['group', 'stop-commands', 'endgroup'] },
  {
    what: 'progress',
    use: (printer, text) => {
      printer.progress(text)
      printer.progress(text)
      printer.line(text)
    },
    own: ['group', 'endgroup'],
  },
  { what: 'an annotation', use: (printer, text) => printer.command('error', { title: text }, text), own: ['error'] },
]

describe.each(uses)('$what', ({ use, own }) => {
  test.each(hostileTexts.map((text) => ({ text })))('makes the runner obey nothing but our own commands: $text', ({ text }) => {
    const lines = printed((printer) => use(printer, text))
    expect(obeyed(lines).filter((name) => !/^[0-9a-f-]{36}$/.test(name))).toEqual(own)
  })

  test('is inert even for a runner that was told to obey again, whatever the text is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const lines = printed((printer) => use(printer, `${text}::error::${text}##[error]`))
        const commands = lines
          .map((line) => parseCommand(line, () => true)?.name ?? '')
          .filter((name) => name !== '' && !/^[0-9a-f-]{36}$/.test(name))
        expect(commands).toEqual(own)
      }),
      { numRuns: 50 },
    )
  })

  test('never shows a secret that is known', () => {
    const secrets = ['hunter22\nsecond-line', 'p@ssw0rd']
    const lines = printed((printer) => use(printer, `x hunter22 second-line p%40ssw0rd ${btoa('p@ssw0rd')}`), { secrets })
    expect(lines.join('\n')).not.toMatch(/hunter22|second-line|p@ssw0rd|p%40|cEBzc3cwcmQ/)
  })

  test('on a plain terminal holds no command at all', () => {
    expect(obeyed(printed((printer) => use(printer, 'text'), { workflow: false }))).toEqual([])
  })
})

test('lines of long work stand in one group, which ends where something else is said', () => {
  const lines = printed((printer) => {
    printer.progress('dump 1 MB')
    printer.progress('dump 2 MB')
    printer.line('ok')
    printer.progress('dump 3 MB')
  })
  expect(lines).toEqual(['::group::Progress', 'dump 1 MB', 'dump 2 MB', '::endgroup::', 'ok', '::group::Progress', 'dump 3 MB'])
})

describe('masking', () => {
  const masksOf = (secret: string): readonly string[] => printed((printer) => printer.mask(secret))

  const rows: readonly { what: string; secret: string; masks: readonly string[] }[] = [
    { what: 'a word', secret: 'hunter22', masks: ['::add-mask::hunter22'] },
    { what: 'its URL-encoded form', secret: 'p@ss%', masks: ['::add-mask::p@ss%25', '::add-mask::p%2540ss%2525'] },
    { what: 'its decoded form', secret: 'p%40ss', masks: ['::add-mask::p%2540ss', '::add-mask::p%252540ss', '::add-mask::p@ss'] },
    {
      what: 'each line of several, none of them empty or tiny',
      secret: 'line-one\n}\n\r\nline-two\n',
      masks: ['::add-mask::line-one', '::add-mask::line-two'],
    },
    { what: 'no status, or a password would silence the verdict', secret: 'critical\nline-two', masks: ['::add-mask::line-two'] },
    { what: 'nothing for an empty one', secret: '', masks: [] },
    { what: 'nothing for white space', secret: ' \n ', masks: [] },
  ]
  test.each(rows)('tells the runner $what', ({ secret, masks }) => {
    expect(masksOf(secret)).toEqual(masks)
  })

  test('is silent on a plain terminal', () => {
    expect(printed((printer) => printer.mask('hunter22'), { workflow: false })).toEqual([])
  })
})

describe('a run reads as a workflow', () => {
  const rows = [
    { environment: { GITHUB_ACTIONS: 'true' }, is: true },
    { environment: { GITHUB_OUTPUT: '/x' }, is: true },
    { environment: {}, is: false },
  ]
  test.each(rows)('with $environment: $is', ({ environment, is }) => {
    expect(inWorkflow(environment)).toBe(is)
  })
})
