import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CommentWithRights } from '../../src/incidents/model.ts'
import { commandsIn } from '../../src/incidents/obey.ts'
import { anyText } from '../support/hostile-texts.ts'

const comment = (body: string, given: Partial<CommentWithRights> = {}): CommentWithRights => ({
  id: 5,
  author: 'ana',
  body,
  createdAt: 1_000,
  updatedAt: 1_000,
  mayWrite: true,
  ...given,
})
const hour = 3_600_000
const given = { by: 'ana', at: 1_000 }
const misread = (command: string) => ({ kind: 'misread', command, advice: expect.any(String), ...given })

describe('commands in comments', () => {
  const rows: readonly { body: string; commands: readonly object[] }[] = [
    { body: '/ack', commands: [{ kind: 'acknowledge', until: 1_000 + 24 * hour, ...given }] },
    { body: '/ack 2h', commands: [{ kind: 'acknowledge', until: 1_000 + 2 * hour, ...given }] },
    { body: '/ack 48h', commands: [{ kind: 'acknowledge', until: 1_000 + 24 * hour, ...given }] },
    { body: '/ack 0h', commands: [misread('ack')] },
    ...[
      '/ack soon',
      "/ack I'm on it",
      '/ack looking into it',
      '/Ack',
      '/ACK',
      ' /ack',
      '\n   /ack',
      '/ack.',
      '/ack!',
      '/acknowledge',
      '/acked',
      '/ack /silence 2h',
      '/ack 2 people are on it',
      '/ack 24hours',
    ].map((body) => ({ body, commands: [{ kind: 'acknowledge', until: 1_000 + 24 * hour, ...given }] })),
    ...(
      [
        ['/ack 2 h', 2],
        ['/ack 2h rebooting the db', 2],
        ['/ack 2h, rebooting the db', 2],
        ['/ack: 2h', 2],
        ['/ack 30min', 0.5],
        ['/ack 30 mins', 0.5],
        ['/ack 90 minutes', 1.5],
        ['/ack 1h30m', 1.5],
        ['/Ack 1.5H', 1.5],
        ['/ack for 1,5 hours please', 1.5],
      ] as const
    ).map(([body, hours]) => ({ body, commands: [{ kind: 'acknowledge', until: 1_000 + hours * hour, ...given }] })),
    ...(
      [
        ['/silence 2h please', 2],
        ['/silence 2h: deploying', 2],
        ['/silence 2hours', 2],
        ['/silence for 2h', 2],
        ['/SILENCE 2H', 2],
        ['/silence 1 day', 24],
        ['/silence 1w', 168],
        ['/silence 5 weeks', 168],
      ] as const
    ).map(([body, hours]) => ({ body, commands: [{ kind: 'silence', until: 1_000 + hours * hour, ...given }] })),
    ...[
      '/silence',
      '/silence please',
      '/silence 0h',
      '/silence 2',
      '/silence 2 people',
      '/silence h',
      '/silence 0.001m',
      '/Silence until 8',
    ].map((body) => ({ body, commands: [misread('silence')] })),
    ...['/mute 2h', '/unack', '/Snooze'].map((body) => ({
      body,
      commands: [misread(body.slice(1).split(' ', 1)[0]?.toLowerCase() ?? '')],
    })),
    { body: '/silence 30m', commands: [{ kind: 'silence', until: 1_000 + hour / 2, ...given }] },
    { body: '/silence 30d', commands: [{ kind: 'silence', until: 1_000 + 7 * 24 * hour, ...given }] },
    { body: '/unsilence', commands: [{ kind: 'unsilence', ...given }] },
    {
      body: 'seen it\r\n/cause  a full disk \r\n/fix a bigger one',
      commands: [
        { kind: 'cause', text: 'a full disk', ...given },
        { kind: 'fix', text: 'a bigger one', ...given },
      ],
    },
    { body: '/cause', commands: [misread('cause')] },
    { body: '/cause: disk full', commands: [{ kind: 'cause', text: 'disk full', ...given }] },
    { body: '/Cause disk full', commands: [{ kind: 'cause', text: 'disk full', ...given }] },
    { body: '/unsilence now, please', commands: [{ kind: 'unsilence', ...given }] },
    { body: '/constructor x', commands: [] },
    { body: 'please /ack', commands: [] },
    { body: '> /ack', commands: [] },
    ...['/ackley', '/ack-2h', '/ack/2h', '/ack2h', '/acknowledgement', '/silence2h', '/home/ack', '/fixed it', '- item\n\n  /ack'].map(
      (body) => ({ body, commands: [] }),
    ),
    { body: 'the log says\n```\n/silence 7d\n/ack\n/cause it\n```', commands: [] },
    { body: '<!--\n/silence 7d\n-->', commands: [] },
    { body: '```\nlog\n```\n/ack 2h', commands: [{ kind: 'acknowledge', until: 1_000 + 2 * hour, ...given }] },
  ]
  test.each(rows)('$body', ({ body, commands }) => {
    expect(commandsIn([comment(body)], 0, [])).toEqual(commands)
  })

  const ignored: readonly { what: string; given: Partial<CommentWithRights>; after?: number }[] = [
    { what: 'an edited comment', given: { updatedAt: 2_000 } },
    { what: 'somebody who may only read', given: { mayWrite: false } },
    { what: 'one of our own', given: { author: 'bot' } },
    { what: 'one of another bot', given: { author: 'other-app[bot]' } },
    { what: 'one of our own, in capitals', given: { author: 'Bot' } },
    { what: 'one that was read before', given: { id: 4 }, after: 4 },
  ]
  test.each(ignored)('$what commands nothing', ({ given: overrides, after = 0 }) => {
    expect(commandsIn([comment('/ack', overrides)], after, ['bot'])).toEqual([])
  })

  test.each([
    ['/silence ', 'silence', 4],
    ['/ack ', 'acknowledge', 4],
  ])('a time of thousands of parts behind %s, as a stranger may write it, ends nothing', (command, kind, hours) => {
    expect(commandsIn([comment(command + '1h'.repeat(30_000))], 0, [])).toEqual([{ kind, until: 1_000 + hours * hour, ...given }])
  })

  test('whatever a comment says, it is read in bounds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const one of commandsIn([comment(`/cause ${text}`)], 0, []))
          expect(one.kind === 'misread' || (one.kind === 'cause' && one.text.length <= 300)).toBe(true)
      }),
    )
  })
})
