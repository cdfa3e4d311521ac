import { describe, expect, test } from '@jest/globals'
import { ecosystemOfRelease, readApk, readDpkg, readPythonMetadata } from '../../../src/domain/packages/image/databases.ts'
import { broughtBy, hiddenBy, imageFileKind, type LayerContent, visibleFiles } from '../../../src/domain/packages/image/paths.ts'

describe('the databases inside an image', () => {
  test("dpkg's: what is installed, by its source and the source's version", () => {
    const text = `Package: libc6
Status: install ok installed
Source: glibc
Version: 2.36-9+deb12u4
Description: GNU C Library
 Version: of the description

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: libdb5.3
Status: install ok installed
Source: db5.3 (5.3.28+dfsg2-1)
Version: 5.3.28+dfsg2-1+b1

Package: without-status
Version: 3
`
    expect(readDpkg(text)).toEqual([
      { name: 'glibc', version: '2.36-9+deb12u4' },
      { name: 'db5.3', version: '5.3.28+dfsg2-1' },
      { name: 'without-status', version: '3' },
    ])
  })

  test("apk's: by what it was built from", () => {
    expect(readApk('C:Q1abc=\nP:libcrypto3\nV:3.1.4-r0\no:openssl\n\nP:musl\nV:1.2.4-r2\n\nF:lib\n')).toEqual([
      { name: 'openssl', version: '3.1.4-r0' },
      { name: 'musl', version: '1.2.4-r2' },
    ])
  })

  test("Python's: headers only", () => {
    expect(readPythonMetadata('Metadata-Version: 2.1\r\nName: Django\r\nVersion: 4.2.8\r\n\r\nName: other\r\n')).toEqual([
      { name: 'Django', version: '4.2.8' },
    ])
    expect(readPythonMetadata('nothing')).toEqual([])
  })

  test.each([
    ['ID=debian\nVERSION_ID="12"\n', 'Debian:12'],
    ['ID=ubuntu\nVERSION="22.04.3 LTS (Jammy Jellyfish)"\nVERSION_ID="22.04"\n', 'Ubuntu:22.04:LTS'],
    ["ID=ubuntu\nVERSION_ID='23.10'\nVERSION='23.10 (Mantic Minotaur)'", 'Ubuntu:23.10'],
    ['ID=alpine\nVERSION_ID=3.19.1\n', 'Alpine:v3.19'],
    ['ID=fedora\nVERSION_ID=40\n', undefined],
    ['ID=debian\n', undefined],
    ['', undefined],
  ])('%j is %s', (text, ecosystem) => {
    expect(ecosystemOfRelease(text)).toBe(ecosystem)
  })
})

describe('which files matter', () => {
  test.each([
    ['var/lib/dpkg/status', 'dpkg'],
    ['var/lib/dpkg/status.d/base', 'dpkg'],
    ['var/lib/dpkg/status.d/base.md5sums', undefined],
    ['lib/apk/db/installed', 'apk'],
    ['usr/local/lib/python3.12/site-packages/django-4.2.8.dist-info/METADATA', 'python'],
    ['app/venv/lib/python3.12/site-packages/x.egg-info/PKG-INFO', 'python'],
    ['usr/lib/python3/dist-packages/django-3.2.19.dist-info/METADATA', undefined],
    ['usr/local/lib/python3.11/dist-packages/h2-4.1.0.dist-info/METADATA', 'python'],
    ['app/node_modules/@babel/core/package.json', 'node'],
    ['app/node_modules/a/node_modules/b/package.json', 'node'],
    ['app/node_modules/a/test/package.json', undefined],
    ['app/node_modules/@scope/package.json', undefined],
    ['app/package.json', undefined],
  ])('%s: %s', (path, kind) => {
    expect(imageFileKind(path)).toBe(kind)
  })
})

const layer = (nth: number, paths: readonly string[], hidden: readonly string[] = []): LayerContent<string> => ({
  files: paths.map((path) => ({ path, kind: 'node', layer: nth, at: `${path} of ${nth}` })),
  hidden,
})
const seen = (...layers: readonly LayerContent<string>[]) => visibleFiles(layers).map((all) => all.map(({ at }) => at))

describe('layers', () => {
  test.each([
    ['app/.wh.old', 'app/old'],
    ['.wh.old', 'old'],
    ['app/.wh..wh..opq', 'app/'],
    ['app/file', undefined],
  ])('%s hides %s', (path, hidden) => {
    expect(hiddenBy(path)).toBe(hidden)
  })

  test('what a later one hides is gone, with all below; what it brings itself stays', () => {
    expect(seen(layer(0, ['a/x', 'a/y', 'ab/x', 'b']), layer(1, ['a/z'], ['a', 'b']))).toEqual([['ab/x of 0'], ['a/z of 1']])
    expect(seen(layer(0, ['a/x', 'b']), layer(1, ['a/z'], ['a/']))).toEqual([['b of 0'], ['a/z of 1']])
  })

  test('a file that is written anew is there once, with all of its layers', () => {
    expect(seen(layer(0, ['a']), layer(1, []), layer(2, ['a']))).toEqual([['a of 0', 'a of 2']])
    expect(seen(layer(0, ['a']), layer(1, [], ['a']), layer(2, ['a']))).toEqual([['a of 2']])
  })

  test('a package is of the layer since when it was there at this version', () => {
    const lists = [
      { layer: 0, keys: new Set(['a', 'b']) },
      { layer: 2, keys: new Set(['a', 'c']) },
      { layer: 3, keys: new Set(['a', 'b', 'c']) },
    ]
    expect(['a', 'b', 'c'].map((key) => broughtBy(key, lists))).toEqual([0, 3, 2])
  })
})
