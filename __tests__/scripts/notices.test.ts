import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { packageFolders } from '../../scripts/bundle.ts'
import { noticeOf, notices } from '../../scripts/notices.ts'

const root = mkdtempSync(join(tmpdir(), 'ronde-notices-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let count = 0
const packageWith = (files: Readonly<Record<string, string>>): string => {
  count += 1
  const folder = join(root, `p${count}`)
  mkdirSync(folder)
  const manifest = JSON.stringify({ name: `p${count}`, version: '1.2.3', license: 'MIT' })
  for (const [name, text] of Object.entries({ 'package.json': manifest, ...files })) writeFileSync(join(folder, name), text)
  return folder
}

describe('the notice of a package', () => {
  test.each([
    ['its licence', { LICENSE: 'MIT\r\n\r\nCopyright A\r\n' }, 'MIT\n\nCopyright A'],
    ['in small letters and British', { 'licence.md': 'Copyright A' }, 'Copyright A'],
    ['each of several', { 'LICENSE-APACHE': 'Copyright A', 'LICENSE-MIT': 'Copyright B', NOTICE: 'C' }, 'Copyright A\n\nCopyright B\n\nC'],
    ['the part of its README', { 'README.md': '# p\n\n## License\n\nCopyright A\n\n## More\n\nno' }, 'Copyright A'],
    ['the last part of its README', { 'readme.md': '# p\n\n## license\n\nCopyright A\nline 2' }, 'Copyright A\nline 2'],
  ])('is %s', (_what, files, expected) => {
    expect(noticeOf(packageWith(files))).toBe(expected)
  })

  test.each([
    ['nothing at all', {}],
    ['only the name of a licence', { 'README.md': '## License\n\nMIT' }],
    ['an empty file', { LICENSE: '' }],
    ['a licence in code', { 'license-check.js': 'x' }],
  ])('may not be %s', (_what, files) => {
    expect(() => notices([packageWith(files)])).toThrow('brings no notice')
  })

  test('stands below its name, version and licence; the runtime of the bundler comes last', () => {
    const text = notices([packageWith({ LICENSE: 'Copyright A' })])
    expect(text).toMatch(/^p\d+ 1\.2\.3: MIT\n\nCopyright A\n\n-{80}\n\nwebpack /)
    expect(text).toContain('Copyright JS Foundation')
  })
})

test('packages are read from the ids of modules, the inner one of two, also of modules that were joined', () => {
  const modules = [
    { name: './.modules/index.js' },
    { name: 'external "node:fs"' },
    {
      name: './node_modules/zod/v4/index.js + 2 modules',
      modules: [{ name: './node_modules/@a/b/x.js' }, { name: './.modules/core/x.js' }],
    },
    { name: './node_modules/pg/node_modules/split2/index.js' },
    { name: './node_modules/zod/v4/core.js' },
  ]
  expect(packageFolders(modules)).toEqual(['node_modules/@a/b', 'node_modules/pg/node_modules/split2', 'node_modules/zod'])
})
