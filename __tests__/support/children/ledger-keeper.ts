import { createLedger } from '../../../src/runtime/state/ledger.ts'

/** Writes two steps into a ledger under DIRECTORY, says so, and stays until it is killed. Its project, deadline and repository may be given. */
const [directory = '', run = '', project = 'quiz', deadlineMs = '60000', repository = 'quiz/operations'] = process.argv.slice(2)
const now = Date.now()
const site = { repository, server: 'quiz-test', project }
const ledger = createLedger({ directory, action: 'update', site, run, now, deadline: now + Number(deadlineMs) })
ledger.write({ step: 'dump', to: '/var/backups/quiz/.part' })
ledger.write({ step: 'rename' })
console.log('written')
setInterval(() => {}, 1_000)
