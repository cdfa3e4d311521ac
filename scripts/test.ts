/**
 * `npm test`: every suite that this machine can run; what was left out is said by name.
 * RONDE_SUITES=unit,integration chooses suites, RONDE_REQUIRE=all makes a suite that cannot run a failure (CI). Other arguments go to jest.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { capabilities } from './capabilities.ts'
import { emit } from './emit.ts'
import { show } from './program.ts'

type Outcome = { readonly passed: number; readonly failed: number; readonly skipped: number }
type JestResults = { numPassedTests: number; numFailedTests: number; numPendingTests: number; numRuntimeErrorTestSuites: number }

const runJest = async (suites: readonly string[], rest: readonly string[], starter: readonly string[] = []): Promise<Outcome> => {
  if (suites.length === 0) return { passed: 0, failed: 0, skipped: 0 }
  const resultFile = `out/test-results-${suites.join('-')}.json`
  mkdirSync('out', { recursive: true })
  rmSync(resultFile, { force: true })
  const jest = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js']
  const wanted = ['--selectProjects', ...suites, '--json', `--outputFile=${resultFile}`, '--passWithNoTests', ...rest]
  const [program = process.execPath, ...args] = [...starter, process.execPath, ...jest, ...wanted]
  await show(program, args, 'stderr')
  const results = JSON.parse(readFileSync(resultFile, 'utf8')) as JestResults
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests,
  }
}

const suites = ['unit', 'integration', 'e2e', 'acme', 's3']
const wanted = process.env['RONDE_SUITES']?.split(',') ?? suites
const strange = wanted.filter((one) => !suites.includes(one))
if (strange.length > 0) {
  console.error(`RONDE_SUITES: there is no suite ${strange.join(', ')}; there are ${suites.join(', ')}`)
  process.exit(2)
}
const asked = capabilities().filter((one) => wanted.includes(one.suite))
const able = asked.filter((one) => one.missing === undefined)
await emit()
const rest = process.argv.slice(2)
const runnable = able.map((one) => one.suite)
const others = runnable.filter((suite) => suite !== 'e2e')
const engine = runnable.filter((suite) => suite === 'e2e')
/** The suite on the engine mostly waits, and what it waits for has limits: the others run beside it and give way. */
const givingWay = others.length > 0 && engine.length > 0 ? ['nice', '-n', '10'] : []
const outcomes = await Promise.all([
  runJest(others, rest, givingWay),
  // One engine: what one file does to it, another would see.
  runJest(engine, ['--maxWorkers=1', ...rest]),
])
const total = (count: (one: Outcome) => number): number => outcomes.reduce((sum, one) => sum + count(one), 0)
const [passed, skipped] = [total((one) => one.passed), total((one) => one.skipped)]

let failed = total((one) => one.failed)
console.log('')
for (const { suite, what, missing, enable } of asked.filter((one) => one.missing !== undefined)) {
  const required = process.env['RONDE_REQUIRE'] === 'all'
  console.log(`${required ? 'required but missing' : 'left out'}: ${suite} (${what}): ${missing}. To enable: ${enable}.`)
  if (required) failed += 1
}
if (skipped > 0) {
  console.log(`${skipped} tests were skipped inside a suite; a skipped test counts as failed`)
  failed += skipped
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
