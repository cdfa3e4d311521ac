import { describe, expect, test } from '@jest/globals'
import { action } from '../../../src/actions/purge-verify/action.ts'
import { mistakesOf, parseTold } from '../../support/parse-run.ts'

const section = (more: string) => `purge-verify:\n  table: game\n  date-column: day_date\n${more}`

describe('a mistake in the section', () => {
  test('every one of them is told at once, with its place and what was expected', async () => {
    const file = [
      'purge-verify:',
      '  table: "game; DROP TABLE day"',
      '  date-colum: day_date',
      '  time-zone: "GMT+4"',
      '  grace: 15',
      '  log: { service: web, path: /var/log/quiz.log, pattern: "(a+)\\\\1" }',
      '  expect-rows-deleted: many',
      '  run-command: { service: web, command: [] }',
    ]
    expect(await mistakesOf({ action, file: file.join('\n') })).toEqual([
      '.github/ronde.yml has 8 mistakes:',
      expect.stringMatching(/^ {2}1:1 +purge-verify\.date-column: /),
      '  2:10  purge-verify.table: "game; DROP TABLE day" is not a table such as game, public.game or "Game"',
      '  3:3   purge-verify.date-colum: unknown key; did you mean date-column?',
      '  4:14  purge-verify.time-zone: "GMT+4" is not an IANA zone or an offset such as +04:00',
      '  5:10  purge-verify.grace: "15" has no unit; write 15m, 15s or 15h',
      expect.stringMatching(/6:\d+ +purge-verify\.log\.pattern: "\(a\+\)\\\\1" refers back to a group/),
      expect.stringMatching(/7:\d+ +purge-verify\.expect-rows-deleted: /),
      expect.stringMatching(/8:\d+ +purge-verify\.run-command\.command: is empty/),
    ])
  })

  test.each([
    ['log: { service: web, path: /var/log/a.log }', 'expected exactly one of service, path, journal'],
    ['log: { pattern: Purge OK }', 'expected exactly one of service, path, journal'],
    ['log: { path: logs/a.log }', '"logs/a.log" is not an absolute path'],
    ['log: { journal: "--file=/etc/shadow" }', 'is not a systemd unit'],
    ['log: { service: "-web" }', 'is not a compose service'],
    ['log: { service: web, pattern: "(?=a)b" }', 'looks ahead or behind'],
    ['table: \'"ga"me\'', 'is not a table'],
    ['table: a.b.c', 'is not a table'],
    ["date-column: 'day_date::date'", 'is not a column'],
    ["date-column: 'day date'", 'is not a column'],
    [`table: ${'x'.repeat(64)}`, 'is not a table'],
    ['time-zone: +4', 'is not an IANA zone or an offset'],
    ['time-zone: Europe/Pariss', 'is not an IANA zone or an offset'],
    ['grace: 13h', '13h is too long; at most 12h'],
    ['expect-rows-deleted: -1', 'expect-rows-deleted'],
    [
      'run-command: "python manage.py purge"',
      'expected a mapping, found "python manage.py purge", such as { service: web, command: [python, manage.py, purge] }',
    ],
    ['log: "Purge OK"', 'expected a mapping, found "Purge OK", such as { service: web, pattern: Purge OK }'],
    ['day-column: day_date', 'purge-verify.day-column: means nothing without `day-table`'],
    ['log: { service: web, time-zone: UTC }', 'purge-verify.log.time-zone: means nothing without `path`'],
    ['run-command: { service: web, command: "python manage.py purge" }', 'run-command.command'],
  ])('%s', async (line, message) => {
    const given = /^(table|date-column):/.test(line)
      ? `purge-verify:\n  table: game\n  date-column: d\n`.replace(new RegExp(`  ${line.split(':')[0]}: .*\n`), `  ${line}\n`)
      : section(`  ${line}\n`)
    const mistakes = await mistakesOf({ action, file: given })
    expect(mistakes).toHaveLength(2)
    expect(mistakes[1]).toContain(message)
  })
})

describe('what may be written', () => {
  test('as inputs, with structures as YAML', async () => {
    const { options } = await parseTold({
      action,
      inputs: {
        table: 'public."Game"',
        'date-column': 'day_date',
        log: '{ service: web, pattern: "Purge OK: (?<rows>\\\\d+)" }',
        'expect-rows-deleted': 'true',
        'run-command': '{ service: web, command: [python3, manage.py, purge] }',
        'time-zone': '+04:00',
      },
    })
    expect(options).toMatchObject({
      table: { schema: 'public', name: 'Game', shown: 'public.Game' },
      'date-column': 'day_date',
      log: { service: 'web', pattern: 'Purge OK: (?<rows>\\d+)' },
      'expect-rows-deleted': 1,
      'run-command': { service: 'web', command: ['python3', 'manage.py', 'purge'], timeout: 300_000 },
      'time-zone': '+04:00',
      grace: 900_000,
    })
  })

  test.each([
    ['false', 0],
    ['25', 25],
  ])('expect-rows-deleted: %s', async (written, rows) => {
    const { options } = await parseTold({ action, inputs: { table: 'game', 'date-column': 'd', 'expect-rows-deleted': written } })
    expect(options['expect-rows-deleted']).toBe(rows)
  })
})
