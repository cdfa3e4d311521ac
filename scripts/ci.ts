/** `npm run ci`: the whole gate, the same on CI and on a contributor's machine. Every step runs; the last line counts them and the tests. */
import { ask } from './program.ts'

type Step = { readonly name: string; readonly command: readonly string[] }

const node = process.execPath
const bin = (name: string): string => `node_modules/.bin/${name}`

/** The demo comes first, for it mostly waits. */
const checks: readonly Step[] = [
  { name: "the demo on the runner's own Node", command: ['scripts/runner-node', 'demo/demo.ts', '--out', 'out/demo-runner-node'] },
  { name: 'format', command: [bin('biome'), 'ci', '--error-on-warnings', '--colors=off'] },
  { name: 'lint', command: [bin('oxlint'), '--type-aware'] },
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'unused code and dependencies', command: [bin('knip')] },
  { name: 'lockfile', command: [node, 'scripts/lockfile.ts', '--check'] },
  { name: 'changes', command: [node, 'scripts/changelog.ts', '--check'] },
  { name: 'generated files', command: [node, 'scripts/generate.ts', '--check'] },
  // Whoever merges rebuilds it: in a pull request it only has to build.
  {
    name: 'dist',
    command: [node, 'scripts/build.ts', '--check', ...(process.env['GITHUB_EVENT_NAME'] === 'pull_request' ? ['--may-be-stale'] : [])],
  },
  { name: 'sizes', command: [node, 'scripts/sizes.ts'] },
  { name: 'workflows', command: [node, 'scripts/check-workflows.ts'] },
  { name: 'workflow security', command: ['scripts/zizmor', '.github', 'actions', 'action.yml'] },
]

/** What a step says is printed when it ends, for others run beside it. */
const run = async ({ name, command }: Step): Promise<boolean> => {
  const started = Date.now()
  const [program = '', ...args] = command
  const said: Buffer[] = []
  const keep = (data: Buffer): unknown => said.push(data)
  const { exitCode } = await ask(program, args, { stdout: keep, stderr: keep })
  console.log(`\n== ${name}\n${Buffer.concat(said).toString('utf8')}`)
  console.log(`== ${name}: ${exitCode === 0 ? 'ok' : 'FAILED'}, ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return exitCode === 0
}

/** One after the other; several of these take from one list what is next. */
const runAll = async (steps: Step[]): Promise<readonly boolean[]> => {
  const outcomes: boolean[] = []
  for (let next = steps.shift(); next !== undefined; next = steps.shift()) outcomes.push(await run(next))
  return outcomes
}

const suites = (process.env['RONDE_SUITES'] ?? 'unit,integration,e2e,acme').split(',')
const wantsChecks = suites.some((one) => one === 'unit' || one === 'integration')
const left = wantsChecks ? [...checks] : []
const engine: Step[] = [
  { name: 'engine', command: ['stack/up', '--engine-only'] },
  // What an earlier checkout left has other secrets than this one.
  { name: 'no stack of an earlier run', command: ['stack/down'] },
  { name: 'stack', command: ['stack/up', '--extras'] },
]
const outcomes = (await Promise.all([runAll(left), runAll(left), runAll(suites.includes('e2e') ? engine : [])])).flat()

console.log('\n== tests')
process.env['RONDE_REQUIRE'] = 'all'
const tests = await ask(node, ['scripts/test.ts'], { stderr: (data) => process.stderr.write(data) })
console.log(tests.stdout)
const counts = /(\d+) passed, (\d+) failed\s*$/.exec(tests.stdout)
const count = (index: number): number => Number(counts?.[index] ?? 0)
const passed = outcomes.filter((ok) => ok).length + count(1)
const failed = outcomes.filter((ok) => !ok).length + count(2) + (counts === null ? 1 : 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
