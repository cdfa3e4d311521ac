import { createJournal } from '../../../src/runtime/state/journal.ts'

/** Writes two steps into a journal under DIRECTORY, says so, and stays until it is killed. */
const [directory = '', run = ''] = process.argv.slice(2)
const now = Date.now()
const journal = createJournal({ directory, action: 'backup', project: 'quiz', run, now, deadline: now + 60_000 })
journal.write({ step: 'dump', to: '/var/backups/quiz/.part' })
journal.write({ step: 'rename' })
console.log('written')
setInterval(() => {}, 1_000)
