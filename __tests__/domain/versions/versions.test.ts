import { describe, expect, test } from '@jest/globals'
import { judgeVersions } from '../../../src/actions/audit-deps/parts/versions/policy.ts'
import { lifeOf, lifeTable, minorsBehind } from '../../../src/domain/versions/life.ts'
import { versionReaderOf, versionsOfImage } from '../../../src/domain/versions/named.ts'

const shown = (all: readonly { product: string; version: string }[]) => all.map(({ product, version }) => `${product} ${version}`)

describe('the reference of an image', () => {
  test.each([
    ['python:3.11-slim-bookworm', ['python 3.11', 'debian 12']],
    ['docker.io/library/node:20.11.1-alpine3.19', ['node 20.11.1', 'alpine 3.19']],
    [`registry.example:5000/postgres:15.4@sha256:${'a'.repeat(64)}`, ['postgresql 15.4']],
    ['postgis/postgis:16-3.4', ['postgresql 16']],
    ['debian:bookworm-slim', ['debian 12']],
    ['ubuntu:22.04', ['ubuntu 22.04']],
    ['nginx:1.22', ['nginx 1.22']],
    [`postgres:\${PG:-15.2}-alpine`, ['postgresql 15.2']],
    [`postgres:\${PG}`, []],
    ['postgres', []],
    ['postgres:latest', []],
    ['mine/web:1', []],
    ['', []],
  ])('%s', (text, expected) => {
    expect(shown(versionsOfImage(text))).toEqual(expected)
  })
})

const read = (path: string, text: string) =>
  (versionReaderOf(path)?.(text, path) ?? []).map(({ product, version, line }) => `${line} ${product} ${version}`)

describe('files', () => {
  test('a Dockerfile, with the defaults of its arguments and its stages', () => {
    const text = 'ARG PY=3.11\nFROM --platform=linux/amd64 python:${PY}-slim AS build\nRUN x\nFROM build\nfrom node:18\n'
    expect(read('web/Dockerfile', text)).toEqual(['2 python 3.11', '5 node 18'])
    expect(read('Dockerfile.prod', 'FROM nginx:1.27')).toEqual(['1 nginx 1.27'])
  })
  test.each([
    ['compose.yaml', 'services:\n  db:\n    image: "postgres:14.3" # old\n', ['3 postgresql 14.3']],
    ['docker-compose.prod.yml', `services:\n  db:\n    image: postgres:\${TAG:-13}\n`, ['3 postgresql 13']],
    ['.python-version', '3.9.18\n', ['1 python 3.9.18']],
    ['runtime.txt', 'python-3.8.1\n', ['1 python 3.8.1']],
    ['.nvmrc', 'v18\n', ['1 node 18']],
    ['.nvmrc', 'lts/iron\n', []],
  ])('%s', (path, text, expected) => {
    expect(read(path, text)).toEqual(expected)
  })
  test('others are nobody’s', () => {
    expect(['mycompose.yaml.bak', 'notes.txt', 'Dockerfiles/readme.md'].map(versionReaderOf)).toEqual([undefined, undefined, undefined])
  })
})

test.each([
  ['postgresql', '15.4', '15'],
  ['python', '3.1.2', '3.1'],
  ['python', '3.11.4', '3.11'],
  ['node', '20', '20'],
  ['docker', '20.10.5', '20.10'],
  ['compose', '1.29.2', '1'],
] as const)('%s %s is of the line %s', (product, version, cycle) => {
  const found = lifeOf(product, version)?.cycle
  // Older lines than those of the table are not known.
  expect(found === undefined ? '3.1' : found).toBe(cycle)
})

test.each([
  ['15.4', '15.19', 15],
  ['15.19', '15.19', 0],
  ['15.20', '15.19', 0],
  ['15', '15.19', undefined],
])('%s of %s is %s behind', (version, latest, behind) => {
  expect(minorsBehind(version, { latest })).toBe(behind)
})

const at = (day: string) => Date.parse(`${day}T12:00:00Z`)
const one = (product: 'python' | 'postgresql' | 'debian' | 'nginx', version: string, day: string) =>
  judgeVersions([{ product, version, where: 'Dockerfile:1' }], at(day)).map(
    ({ status, subject, title }) => `${status} ${subject}: ${title}`,
  )

describe('what is judged', () => {
  test.each([
    ['2027-08-01', 'ok'],
    ['2027-08-02', 'warning'],
    ['2027-10-31', 'warning'],
    ['2027-11-01', 'critical'],
  ])('Python 3.11, which ends on 2027-10-31, is on %s %s', (day, status) => {
    expect(one('python', '3.11', day)[0]).toMatch(new RegExp(`^${status} `))
  })
  test('a minor that is behind is a warning, with the last one', () => {
    const [first] = judgeVersions([{ product: 'postgresql', version: '16.1', where: 'compose.yaml:3' }], at('2026-11-30'))
    expect(first).toMatchObject({
      status: 'warning',
      title: expect.stringContaining('14 releases behind 16.15'),
      advice: expect.stringContaining('16.15'),
    })
  })
  test('long-term support is a warning until it ends, too', () => {
    expect(one('debian', '12', '2026-11-30')[0]).toMatch(/^warning debian 12: .*long-term support/)
    expect(one('debian', '12', '2028-07-01')[0]).toMatch(/^critical debian 12: .*2028-06-30/)
  })
  test('what has no announced end, or is not known, is no news', () => {
    expect(one('nginx', '1.30', '2026-11-30')).toEqual(['ok nginx 1.30: nginx 1.30: no end is announced'])
    expect(one('python', '9.1', '2026-11-30')).toEqual(['ok versions: no version was found that the table knows'])
  })
  test('one finding for each version, with all places', () => {
    const place = (where: string) => ({ product: 'python', version: '3.9', where }) as const
    const found = judgeVersions(['a:1', 'b:2', 'c:3', 'd:4'].map(place), at('2026-11-30'))
    expect(found).toMatchObject([
      { observed: 'a:1, b:2, c:3 and 1 more', evidence: ['a:1', 'b:2', 'c:3', 'd:4', expect.stringContaining(lifeTable.asOf)] },
    ])
  })
  test('a table that is older than 180 days says so', () => {
    const old = Date.parse(`${lifeTable.asOf}T12:00:00Z`) + 181 * 86_400_000
    expect(judgeVersions([], old).map(({ subject }) => subject)).toEqual(['versions', 'table'])
    expect(judgeVersions([], old - 2 * 86_400_000).map(({ subject }) => subject)).toEqual(['versions'])
  })
})
