import { createJournal } from '../../../src/runtime/state/journal.ts'

/** Writes two steps into a journal under DIRECTORY, says so, and stays until it is killed. Its project and deadline may be given. */
const [directory = '', run = '', project = 'quiz', deadlineMs = '60000'] = process.argv.slice(2)
const now = Date.now()
const journal = createJournal({ directory, action: 'backup', project, run, now, deadline: now + Number(deadlineMs) })
journal.write({ step: 'dump', to: '/var/backups/quiz/.part' })
journal.write({ step: 'rename' })
console.log('written')
setInterval(() => {}, 1_000)
