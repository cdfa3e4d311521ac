import { readFileSync } from 'node:fs'
import Sequencer from '@jest/test-sequencer'

/** Each of these is worth several files: one long story in few lines, and what is said of PostgreSQL is tried on every major. */
const stories = /\/(?:demo|four-branches|contributing|bundle)\./
const weightOf = ({ path }) => {
  const text = readFileSync(path, 'utf8')
  const files = stories.test(path) ? 20 : text.includes('Majors') ? 5 : 1
  return text.length * files * (path.includes('.integration.') ? 10 : 1)
}

/** The long ones first, so that no worker begins one when the others are done. */
export default class LongFirst extends Sequencer {
  sort(tests) {
    const weights = new Map(tests.map((test) => [test, weightOf(test)]))
    return tests.toSorted((a, b) => weights.get(b) - weights.get(a))
  }
}
