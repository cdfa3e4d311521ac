/**
 * `npm run mutants`: changes the pure code a little, one change at a time, and tells which changes no unit test notices.
 * `--count N` (120), `--seed N` (1): the sample, `--from N` (0) its first; other arguments are paths below which the changes are made. `--list` only shows them.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { type Change, changesOf } from './mutants/changes.ts'
import { pureSources, testsBySource } from './mutants/sources.ts'
import type { Noticed, Trial } from './mutants/trial.ts'

type Mutant = Change & { readonly path: string }

/** A change that never ends is noticed as well: so not by `@actions/exec`, which has no time limit. */
const limitMs = 180_000
/** Tests farther away only cost time: what they alone would notice, nobody finds in them. Stories of incidents stand far from each rule. */
const nearestTests = 60

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    list: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})

const orderOf = ({ path, at, from, to }: Mutant): string =>
  createHash('sha256').update(`${values.seed} ${path} ${at} ${from} ${to}`).digest('hex')

const tried = async (trial: Trial): Promise<Noticed> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/mutants/trial.ts'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  child.stdin.end(JSON.stringify(trial))
  const said = (await text(child.stdout)).split('\n').at(-1) ?? ''
  return said === '' ? { by: 'the process', test: 'did not come to its end' } : (JSON.parse(said) as Noticed)
}

const oneLine = (code: string): string => code.replaceAll(/\s+/g, ' ').slice(0, 160)

const testsFor = testsBySource()
/** A test that fails without any change (it needs all of jest) would notice everything. */
const sound = new Map<string, boolean>()
const isSound = async (test: string): Promise<boolean> => {
  const known = sound.get(test) ?? (await tried({ path: '', source: '', tests: [test] })) === null
  if (!known && !sound.has(test)) console.log(`left out: ${test} fails without any change`)
  sound.set(test, known)
  return known
}

const soundTests = async (path: string): Promise<readonly string[]> => {
  const kept: string[] = []
  for (const test of testsFor(path).slice(0, nearestTests)) if (await isSound(test)) kept.push(test)
  return kept
}

const all = pureSources(positionals).flatMap((path) =>
  changesOf(path, readFileSync(path, 'utf8')).map((change): Mutant => ({ ...change, path })),
)
const sample = all
  .map((mutant) => ({ mutant, order: orderOf(mutant) }))
  .toSorted((a, b) => (a.order < b.order ? -1 : 1))
  .slice(Number(values.from), Number(values.count))
  .map(({ mutant }) => mutant)

let unnoticed = 0
for (const { path, line, kind, from, to, source } of sample) {
  const told = `${path}:${line} ${kind}: ${oneLine(from)} -> ${oneLine(to)}`
  if (values.list) {
    console.log(told)
    continue
  }
  const outcome = await tried({ path, source, tests: await soundTests(path) })
  if (outcome === null) unnoticed += 1
  console.log(outcome === null ? `NOT NOTICED ${told}` : `noticed     ${told} (${outcome.by})`)
}
console.log(
  `\n${sample.length - unnoticed} of ${sample.length} changes were noticed, of ${all.length} that can be made (seed ${values.seed})`,
)
