import { z } from 'zod'
import type { ActionOptions } from '../../contract/action.ts'
import { duration } from '../../core/options/duration.ts'
import { parsedText } from '../../core/options/parsed-text.ts'
import { shown } from '../../core/options/shown.ts'

const path = /^(?!\/)(?!(?:.*\/)?\.{1,2}(?:\/|$))(?!.*\/\/)[^\p{Cc}\\:*?"<>|]{1,200}\.md$/u
const expectedPath = 'a path of a Markdown file in the repository such as docs/incidents.md'

/** What git allows, and less. */
const branch = /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)))[A-Za-z0-9][A-Za-z0-9._/-]{0,98}[A-Za-z0-9_-]$/
const expectedBranch = 'the name of a branch such as ronde/journal'

const grammar = (pattern: RegExp, expected: string) =>
  parsedText({
    expected,
    pattern,
    read: (given) => (pattern.test(given) ? { value: given } : { mistake: `${shown(given)} is not ${expected}` }),
  })

const dayMs = 24 * 3_600_000

export const options = {
  path: grammar(path, expectedPath).prefault('docs/incidents.md').meta({ description: 'Where the journal is, in the repository.' }),
  branch: grammar(branch, expectedBranch)
    .prefault('ronde/journal')
    .meta({ description: 'Branch of the pull request, or the journal branch itself.' }),
  'pull-request': z
    .boolean()
    .default(true)
    .meta({ description: 'Propose the lines by a pull request into the default branch; `false`: write them to `branch`.' }),
  'look-back': duration({ minMs: dayMs, usual: 'd' })
    .prefault('90d')
    .meta({ description: 'How long ago an incident may have been closed or changed to be looked at.' }),
}

export const reads = ['time-zone'] as const
export type JournalOptions = ActionOptions<typeof options, (typeof reads)[number]>
