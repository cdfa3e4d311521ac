import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { parseCommand } from '../support/runner/commands.ts'

const script = `
import { createPrinter } from './src/runtime/print.ts'
const printer = createPrinter({ workflow: true })
printer.mask('hunter22')
printer.line('first ::error::x')
printer.group('details', ['inside'])
printer.command('warning', { title: 'a, b: c', file: 'compose.yml', line: 3 }, 'one\\ntwo 100%')
printer.line('last')
`

test('lines and commands reach the standard output in their order, in the form that the runner reads', () => {
  const lines = execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', script], { encoding: 'utf8' }).split('\n')
  const token = lines[3]?.split('::')[2] ?? ''
  expect(lines.map((line) => parseCommand(line, () => true) ?? line)).toEqual([
    { name: 'add-mask', properties: {}, data: 'hunter22' },
    'first :\u200a:error:\u200a:x',
    { name: 'group', properties: {}, data: 'details' },
    { name: 'stop-commands', properties: {}, data: token },
    'inside',
    { name: token, properties: {}, data: '' },
    { name: 'endgroup', properties: {}, data: '' },
    { name: 'warning', properties: { title: 'a, b: c', file: 'compose.yml', line: '3' }, data: 'one\ntwo 100%' },
    'last',
    '',
  ])
  expect(token).toMatch(/^[0-9a-f-]{36}$/)
})
