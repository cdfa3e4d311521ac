/**
 * `npm test`: every suite that this machine can run; what was left out is said by name.
 * RONDE_SUITES=unit,integration chooses suites, RONDE_REQUIRE=all makes a suite that cannot run a failure (CI). Other arguments go to jest.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { capabilities } from './capabilities.ts'
import { emit } from './emit.ts'

type Outcome = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numRuntimeErrorTestSuites: number }

const resultFile = 'out/test-results.json'

const runJest = (suites: readonly string[], rest: readonly string[]): Outcome => {
  mkdirSync('out', { recursive: true })
  rmSync(resultFile, { force: true })
  const jest = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js']
  const wanted = ['--selectProjects', ...suites, '--json', `--outputFile=${resultFile}`, '--passWithNoTests', ...rest]
  spawnSync(process.execPath, [...jest, ...wanted], { stdio: ['ignore', 'ignore', 'inherit'] })
  return JSON.parse(readFileSync(resultFile, 'utf8')) as Outcome
}

const wanted = process.env['RONDE_SUITES']?.split(',') ?? ['unit', 'integration', 'e2e']
const asked = capabilities().filter((one) => wanted.includes(one.suite))
const able = asked.filter((one) => one.missing === undefined)
await emit()
const outcome = runJest(
  able.map((one) => one.suite),
  process.argv.slice(2),
)

let failed = outcome.numFailedTests + outcome.numRuntimeErrorTestSuites
console.log('')
for (const { suite, what, missing, enable } of asked.filter((one) => one.missing !== undefined)) {
  const required = process.env['RONDE_REQUIRE'] === 'all'
  console.log(`${required ? 'required but missing' : 'left out'}: ${suite} (${what}): ${missing}. To enable: ${enable}.`)
  if (required) failed += 1
}
if (outcome.numPendingTests > 0) {
  console.log(`${outcome.numPendingTests} tests were skipped inside a suite; a skipped test counts as failed`)
  failed += outcome.numPendingTests
}
console.log(`${outcome.numPassedTests} passed, ${failed} failed`)
process.exitCode = failed > 0 || outcome.numPassedTests === 0 ? 1 : 0
