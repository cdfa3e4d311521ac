import { defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import { valueOf } from '../../contract/repository.ts'
import { entriesOf } from './entries.ts'
import { keepJournal } from './keep.ts'
import { type JournalOptions, options, reads } from './options.ts'
import { withWordsOfLater } from './stated.ts'

/** What the journal needs of GitHub. */
const writing = { contents: 'write', issues: 'read' } as const
const proposing = { ...writing, 'pull-requests': 'write' } as const

const limitMs = 2 * 60_000

const run = async (given: JournalOptions, context: Context) => {
  const { progress, signal, dryRun } = context
  const repository = await context.repository(given['pull-request'] ? proposing : writing)
  const now = context.now()
  const closed = valueOf(await repository.issues.listClosed(now - given['look-back']), progress)
  const { authors, name, url } = repository
  const { entries: found, waiting } = entriesOf(closed, { authors, repository: name, now, redact: (text) => repository.redact(text) })
  const page = { url, timeZone: given['time-zone'] }
  const entries = await withWordsOfLater(found, repository, page)
  const into = entries.length === 0 ? '' : valueOf(await repository.contents.defaultBranch(), progress)
  const kept =
    entries.length === 0
      ? { entries, pull: 0, said: 'no incident was closed' }
      : await keepJournal(entries, { options: given, repository, into, page, progress, signal, dryRun })
  const waits = waiting.length === 0 ? '' : `; ${waiting.length} closed by a person within the last 24 h, which may be reopened`
  const { requests, writes } = repository.issues.counts()
  return {
    scope: ['journal'],
    findings: [
      finding({
        id: 'journal.entries',
        subject: given.path,
        status: 'ok',
        title: `${kept.said}${waits}`,
        observed: `${entries.length} closed incidents looked at, ${kept.entries.length} added`,
        expected: 'a line for each',
        audience: 'technical',
      }),
    ],
    outputs: { entries: kept.entries.length, 'pull-request': kept.pull },
    facts: { requests, writes, lines: { journal: `${kept.said}${waits}` } },
  }
}

export const action = defineAction({
  name: 'journal',
  description:
    'Adds each closed incident to a journal in the repository: date, cause, action, lasting fix; with a timeline where a post-mortem is due.',
  kind: 'change',
  place: 'repository',
  reads,
  options,
  ids: ['journal.entries'],
  outputs: {
    entries: { description: 'Number of incidents that this run added.' },
    'pull-request': { description: 'Number of the pull request that has them; 0 without one.' },
  },
  timeoutMs: () => limitMs,
  run,
})
