import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { withTablesOf } from '../../scripts/merge.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const page = (rows: string, story: string) => `# A\n\n<!-- options:begin -->\n${rows}\n<!-- options:end -->\n\n${story}\n`
/** What is generated here: a bundle and the table of a page, from the sources. */
const generator = `import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
const rows = readdirSync('src').toSorted().join('\\n')
writeFileSync('README.md', readFileSync('README.md', 'utf8').replace(/(begin -->\\n)[^]*(\\n<!-- options:end)/, '$1' + rows + '$2'))`
const bundler = `import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
rmSync('dist', { recursive: true, force: true }); mkdirSync('dist')
const all = readdirSync('src').toSorted()
writeFileSync('dist/index.js', all.join('')); writeFileSync('dist/' + all.length + '.index.js', all.join(' '))`

/** A repository with the attributes of this one, whose sources are files of `src/`. */
const repository = () => {
  const folder = mkdtempSync(join(tmpdir(), 'ronde-merge-'))
  made.push(folder)
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@quiz.example']
  const git = (...args: readonly string[]) =>
    execFileSync('git', [...identity, ...args], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' })
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const node = (...args: readonly string[]) =>
    execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: folder,
      env: { ...env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
      encoding: 'utf8',
      stdio: 'pipe',
    })
  const commit = (source: string, story: string): void => {
    write(`src/${source}`, source)
    write('README.md', page(readFileSync(join(folder, 'README.md'), 'utf8').split('\n')[3] ?? '', story))
    node('scripts/generate.ts')
    node('scripts/build.ts')
    git('add', '--all')
    git('commit', '-qm', source)
  }
  git('init', '-q', '-b', 'main')
  cpSync('.gitattributes', join(folder, '.gitattributes'))
  write('package.json', '{ "type": "module" }')
  write('scripts/generate.ts', generator)
  write('scripts/build.ts', bundler)
  write('README.md', page('', 'story'))
  return {
    git,
    commit,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    merge: (...args: readonly string[]) => node(resolve('scripts/merge.ts'), ...args),
  }
}

describe('a merge', () => {
  test('of two branches that both changed dist and a table makes them anew', () => {
    const { git, commit, read, merge } = repository()
    commit('a', 'story')
    git('switch', '-qc', 'other')
    commit('b', 'story')
    commit('c', 'story')
    git('switch', '-q', 'main')
    commit('d', 'story')
    expect(() => git('merge', '--no-commit', 'other')).toThrow('Command failed: git')
    git('merge', '--abort')
    merge('other')
    expect(read('README.md')).toBe(page('a\nb\nc\nd', 'story'))
    expect(git('ls-files', 'dist').split('\n')).toEqual(['dist/4.index.js', 'dist/index.js', ''])
    expect([read('dist/index.js'), git('status', '--porcelain')]).toEqual(['abcd', ''])
    expect(git('log', '-1', '--format=%P').split(' ')).toHaveLength(2)
  })

  test('of several branches makes the tables with each, and dist with the last', () => {
    const { git, commit, read, merge } = repository()
    commit('a', 'story')
    for (const name of ['b', 'c']) {
      git('switch', '-qc', `branch-${name}`, 'main')
      commit(name, 'story')
    }
    git('switch', '-q', 'main')
    merge('branch-b', 'branch-c')
    expect(git('show', 'HEAD^1:README.md')).toBe(page('a\nb', 'story'))
    expect([read('README.md'), read('dist/index.js'), git('status', '--porcelain')]).toEqual([page('a\nb\nc', 'story'), 'abc', ''])
    expect(git('log', '--merges', '--format=%s')).toBe("Merge branch 'branch-c'\nMerge branch 'branch-b'\n")
  })

  test('leaves to people what people wrote, and goes on when they have decided', () => {
    const { git, commit, read, merge } = repository()
    commit('a', 'story')
    git('switch', '-qc', 'other')
    commit('b', 'theirs')
    git('switch', '-q', 'main')
    commit('d', 'ours')
    expect(() => merge('other')).toThrow('Command failed')
    expect(git('diff', '--name-only', '--diff-filter=U')).toBe('README.md\n')
    git('checkout', '--theirs', 'README.md')
    git('add', 'README.md')
    merge('--continue')
    expect([read('README.md'), read('dist/index.js')]).toEqual([page('a\nb\nd', 'theirs'), 'abd'])
  })
})

test('tables of one version go into another, and a table that only one has stays', () => {
  expect(withTablesOf(page('a', 'x'), page('b\nc', 'y'))).toBe(page('b\nc', 'x'))
  expect(withTablesOf(page('a', 'x'), '# A\n')).toBe(page('a', 'x'))
})
