import { expect, test } from '@jest/globals'
import { exitWords } from '../../../../../src/actions/health-check/parts/compose/exit-words.ts'

test.each([
  [0, false, 'exit code 0 (it ended by itself, without an error)'],
  [1, false, 'exit code 1 (an error of the program)'],
  [126, false, 'exit code 126 (its command cannot be executed)'],
  [128, false, 'exit code 128 (an error of the program)'],
  [129, false, 'exit code 129 (SIGHUP)'],
  [133, false, 'exit code 133 (signal 5)'],
  [143, false, 'exit code 143 (SIGTERM: somebody stopped it)'],
  [192, false, 'exit code 192 (signal 64)'],
  [193, false, 'exit code 193 (an error of the program)'],
  [137, true, 'exit code 137 (OOM: killed by the kernel, it was out of memory)'],
])('%i, out of memory %s', (exitCode, oomKilled, words) => {
  expect(exitWords(exitCode, oomKilled)).toBe(words)
})
