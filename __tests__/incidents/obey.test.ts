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

describe('commands in comments', () => {
  const rows: readonly { body: string; commands: readonly object[] }[] = [
    { body: '/ack', commands: [{ kind: 'acknowledge', until: 1_000 + 24 * hour, ...given }] },
    { body: '/ack 2h', commands: [{ kind: 'acknowledge', until: 1_000 + 2 * hour, ...given }] },
    { body: '/ack 48h', commands: [{ kind: 'acknowledge', until: 1_000 + 24 * hour, ...given }] },
    { body: '/ack soon', commands: [] },
    { body: '/ack 0h', commands: [] },
    { body: '/silence 30m', commands: [{ kind: 'silence', until: 1_000 + hour / 2, ...given }] },
    { body: '/silence 30d', commands: [{ kind: 'silence', until: 1_000 + 7 * 24 * hour, ...given }] },
    { body: '/silence', commands: [] },
    { body: '/unsilence', commands: [{ kind: 'unsilence', ...given }] },
    {
      body: 'seen it\r\n/cause  a full disk \r\n/fix a bigger one',
      commands: [
        { kind: 'cause', text: 'a full disk', ...given },
        { kind: 'fix', text: 'a bigger one', ...given },
      ],
    },
    { body: '/cause', commands: [] },
    { body: '/constructor x', commands: [] },
    { body: 'please /ack', commands: [] },
    { body: '> /ack', commands: [] },
    { body: '/acknowledge', commands: [] },
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

  test('whatever a comment says, it is read in bounds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const one of commandsIn([comment(`/cause ${text}`)], 0, [])) expect(one.kind === 'cause' && one.text.length <= 300).toBe(true)
      }),
    )
  })
})
