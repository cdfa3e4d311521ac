/**
 * `npm run merge -- BRANCH…`: merges one branch after the other and makes anew what is generated, so that `dist`, schemas, tables and lists never
 * conflict; `dist` once, with the last. Where people have to decide, it names the files and leaves the merge open; `npm run merge -- --continue`
 * goes on when they have.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { ask, show } from './program.ts'

const region = /(<!-- ([\w-]+):begin -->\n)[^]*?(<!-- \2:end -->)/g

/** The generated tables of a page, by name. */
const tablesOf = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(region)].map(([whole, , name = '']) => [name, whole]))

/** A page whose generated tables are those of another version of it: what is left to merge is what people wrote. */
export const withTablesOf = (text: string, other: string): string => {
  const tables = tablesOf(other)
  return text.replace(region, (whole: string, _begin: string, name: string) => tables.get(name) ?? whole)
}

/** As git calls it: the common ancestor, ours (which becomes the result) and theirs. Exit code: how many conflicts are left. */
const mergeTables = async ([ancestor = '', ours = '', theirs = '']: readonly string[]): Promise<number> => {
  const mine = readFileSync(ours, 'utf8')
  for (const path of [ancestor, theirs]) writeFileSync(path, withTablesOf(readFileSync(path, 'utf8'), mine))
  const { exitCode } = await ask('git', ['merge-file', '-L', 'ours', '-L', 'ancestor', '-L', 'theirs', ours, ancestor, theirs])
  return exitCode
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

const git = async (...args: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await ask('git', args)
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** Paths that `.gitattributes` gives to the generator. */
const generatedOf = async (paths: readonly string[]): Promise<readonly string[]> => {
  if (paths.length === 0) return []
  const said = lines(await git('check-attr', 'merge', '--', ...paths))
  return paths.filter((path) => said.includes(`${path}: merge: generated`))
}

/** One that was changed here and removed there is still generated. What is left is for people. */
const settleGenerated = async (): Promise<readonly string[]> => {
  const open = lines(await git('diff', '--name-only', '--diff-filter=U'))
  const generated = await generatedOf(open)
  if (generated.length > 0) await git('rm', '-q', '--cached', '--ignore-unmatch', '--', ...generated)
  return open.filter((path) => !generated.includes(path))
}

const begin = async (branch: string): Promise<void> => {
  const tables = `'${process.execPath}' '${process.argv[1]}' --tables %O %A %B`
  const drivers = ['-c', 'merge.generated.driver=true', '-c', `merge.tables.driver=${tables}`]
  await ask('git', [...drivers, 'merge', '--no-ff', '--no-commit', branch])
}

/** Everything generated, from what was merged. */
const makeAnew = async (scripts: readonly string[]): Promise<boolean> => {
  for (const script of scripts) if ((await show(process.execPath, ['--disable-warning=ExperimentalWarning', script])) !== 0) return false
  return true
}

const all = ['scripts/generate.ts', 'scripts/build.ts']

const finish = async (scripts: readonly string[] = all): Promise<number> => {
  const left = await settleGenerated()
  for (const path of left) console.log(`to be decided: ${path}`)
  if (left.length > 0) {
    console.log('then `git add` them and run `npm run merge -- --continue`')
    return 1
  }
  if (!(await makeAnew(scripts))) return 1
  await git('add', '--all')
  await git('commit', '--no-edit')
  return 0
}

const main = async ([first = '', ...rest]: readonly string[]): Promise<number> => {
  if (first === '--tables') return mergeTables(rest)
  if (first === '') throw new Error('usage: npm run merge -- BRANCH… | --continue')
  if (first === '--continue') return finish()
  if ((await git('status', '--porcelain')) !== '') throw new Error('commit or stash your changes first')
  await begin(first)
  const exitCode = await finish(rest.length === 0 ? all : all.slice(0, 1))
  return exitCode === 0 && rest.length > 0 ? main(rest) : exitCode
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
