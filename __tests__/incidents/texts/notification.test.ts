import { describe, expect, test } from '@jest/globals'
import type { Notification } from '../../../src/incidents/model.ts'
import { payloadFor } from '../../../src/incidents/texts/notification.ts'

const one: Notification = {
  kind: 'opened',
  title: 'db is down',
  server: 'quiz-prod',
  status: 'critical',
  url: 'https://github.com/quiz/operations/issues/7',
  text: 'since 00:16\nconnection refused',
}
const url = new URL('https://user:word@hooks.example/a/topic?auth=x')

describe('a notification', () => {
  test('is plain data for a webhook', () => {
    const { url: issue, ...rest } = one
    expect(payloadFor('webhook', url, one)).toEqual({ url, body: { source: 'ronde', ...rest, url: issue } })
    expect(payloadFor('webhook', url, { ...one, url: undefined }).body).toMatchObject({ url: null })
  })

  test('is a text for Slack, verdict first', () => {
    expect(payloadFor('slack', url, one).body).toEqual({
      text: '[quiz-prod] critical: db is down (opened)\nsince 00:16\nconnection refused\nhttps://github.com/quiz/operations/issues/7',
      mrkdwn: false,
    })
  })

  test('goes to the root of ntfy with its topic inside; the credentials stay', () => {
    const { url: root, body } = payloadFor('ntfy', url, one)
    expect(root.href).toBe('https://user:word@hooks.example/?auth=x')
    expect(body).toMatchObject({ topic: 'topic', priority: 5, click: one.url, message: one.text })
    expect(payloadFor('ntfy', url, { ...one, kind: 'closed', text: '' }).body).toMatchObject({
      priority: 2,
      message: '[quiz-prod] closed: db is down',
    })
  })

  test.each(['<!channel> <@U123>', '@here @everyone', '[x](https://evil.example)', '&lt;!here>'])(
    '%s mentions and links nobody',
    (text) => {
      const { text: sent } = payloadFor('slack', url, { ...one, title: text, text, url: undefined }).body as { text: string }
      expect(sent).not.toMatch(/<|@(?!\u200B)|\]\(|&lt;!here>/)
    },
  )

  test.each(['webhook', 'slack', 'ntfy'] as const)('is bounded for %s, and has no control characters', (listener) => {
    const long = { ...one, title: `\u001B[31m${'é'.repeat(9_000)}`, text: `${'€'.repeat(250)}\n`.repeat(5_000) }
    const text = JSON.stringify(payloadFor(listener, url, long).body)
    expect(Buffer.byteLength(text)).toBeLessThan(4_096)
    expect(text).not.toContain('\\u001b')
  })
})
