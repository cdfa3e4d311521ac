import { setTimeout as sleep } from 'node:timers/promises'
import { openState } from '../../../src/runtime/state/state.ts'
import { aFinding, aKey } from '../state-data.ts'

/** Records RUNS runs, each opened and closed on its own as a real one, and says the number of each run that it has recorded. */
const [directory = '', writer = '', runs = '0'] = process.argv.slice(2)

for (let left = Number(runs); left > 0; left -= 1) {
  const opened = await openState({ directory, key: { ...aKey, action: writer } })
  if (!opened.usable) throw new Error(`${opened.cause}; ${opened.advice}`)
  if (opened.warnings.length > 0) throw new Error(opened.warnings.join())
  const number = Number(opened.state.note('runs') ?? 0) + 1
  opened.state.setNote('runs', String(number))
  const findings = Array.from({ length: 20 }, (_, row) => aFinding({ subject: `subject ${row}` }))
  const recorded = await opened.state.record(findings, number)
  if (!recorded.usable) throw new Error(`${recorded.cause}; ${recorded.advice}`)
  process.stdout.write(`${number}\n`)
  if (left % 3 > 0) await opened.state.close()
  await sleep(0)
}
