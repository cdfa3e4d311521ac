import { expect, test } from '@jest/globals'
import type { Issues } from '../../src/contract/issues.ts'
import { createClient } from '../../src/github/client.ts'
import { commentsWithRights } from '../../src/github/comments-with-rights.ts'
import { createTransport } from '../../src/github/exchange.ts'
import { createIssues } from '../../src/github/issues.ts'
import { startGitHub } from '../support/github/server.ts'

test('a crowd of strangers does not keep Ronde from asking about somebody of the repository', async () => {
  const github = await startGitHub({ repository: 'quiz/operations' })
  try {
    github.repository.collaborators.set('ana', 'write')
    const { number } = github.state.addIssue(github.repository, { title: 'x', labels: ['ronde'] })
    const comment = (author: string, body: string) => github.state.addComment(github.repository, { issue: number, body, author })
    comment('ana', '/silence 2h')
    for (let at = 0; at < 40; at++) comment(`stranger-${at}`, '/ack')
    const options = { apiUrl: github.url, token: github.token('job'), transport: createTransport({}), signal: new AbortController().signal }
    const client = createClient({ ...options, deadline: Date.now() + 60_000 })
    const issues = createIssues({ client, repository: 'quiz/operations', warn: () => {} })
    const read = await commentsWithRights([{ number, count: 41, after: 0 }], { issues, authors: [] })
    client.close()
    expect(
      read
        .get(number)
        ?.filter((one) => one.mayWrite)
        .map(({ author }) => author),
    ).toEqual(['ana'])
    expect(issues.counts().requests).toBe(21)
  } finally {
    await github.close()
  }
})

test('of a flood of strangers so much is read, the newest first, and of somebody of the repository everything', async () => {
  const body = `${'x'.repeat(60_000)}\n\n/ack`
  const said = (id: number, author: string, near: boolean) => ({ id, author, body, near, createdAt: 1, updatedAt: 1 })
  const comments = [said(1, 'ana', true), ...Array.from({ length: 60 }, (_, at) => said(at + 2, `stranger-${at}`, false))]
  const asked: string[] = []
  const issues = {
    comments: async () => ({ ok: true as const, value: comments }),
    mayWrite: async (name: string) => {
      asked.push(name)
      return { ok: true as const, value: name === 'ana' }
    },
  }
  await commentsWithRights(
    [
      { number: 1, count: 61, after: 0 },
      { number: 2, count: 61, after: 0 },
    ],
    { issues: issues as unknown as Issues, authors: [] },
  )
  // 16 of 60 kB are a million characters; the second issue finds nothing left for strangers.
  expect(asked).toEqual(['ana', ...Array.from({ length: 16 }, (_, at) => `stranger-${59 - at}`), 'ana'])
})
