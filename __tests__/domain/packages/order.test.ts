import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type EcosystemName, rulesOf } from '../../../src/domain/packages/ecosystem.ts'

const vectors = { PyPI: 'pypi', npm: 'npm', Debian: 'debian', Alpine: 'alpine' } as const

const signOf = (order: number | undefined): string => (order === undefined ? '?' : order < 0 ? '<' : order > 0 ? '>' : '=')
const compare = (ecosystem: EcosystemName, a: string, b: string) => signOf(rulesOf(ecosystem)?.compare(a, b))

describe.each(Object.entries(vectors) as [EcosystemName, string][])('versions of %s', (ecosystem, file) => {
  const lines = readFileSync(`__tests__/support/fixtures/versions/${file}.txt`, 'utf8').trim().split('\n')
  const pairs = lines.map((line) => line.split(' ') as [string, string, string])

  test('are ordered as their own tools order them', () => {
    expect(pairs.length).toBeGreaterThan(30)
    expect(pairs.filter(([a, sign, b]) => compare(ecosystem, a, b) !== sign)).toEqual([])
  })

  test('are ordered the other way round when they are exchanged', () => {
    const reverse: Readonly<Record<string, string>> = { '<': '>', '>': '<', '=': '=' }
    expect(pairs.filter(([a, sign, b]) => compare(ecosystem, b, a) !== reverse[sign])).toEqual([])
  })

  test('of any text have an order, and equal themselves', () => {
    const hold = fc.property(fc.string(), fc.string(), (a, b) => compare(ecosystem, a, a) === '=' && compare(ecosystem, a, b) !== '?')
    expect(fc.check(hold).failed).toBe(false)
  })
})

test.each([
  ['PyPI', '1.0-SNAPSHOT-x', '<', '0.0.1'],
  ['PyPI', '2004d', '<', '2005b'],
  ['PyPI', '4.2.8+sp1', '>', '4.2.8'],
  ['npm', '1.99999999999999999999.0', '<', '1.100000000000000000000.0'],
  ['npm', '1.99999999999999999999.0-alpha.1', '<', '1.99999999999999999999.0-beta.1'],
  ['npm', '1.99999999999999999999.0-beta.1', '<', '1.99999999999999999999.0'],
  ['npm', '1.2', '=', '1.2.0'],
  ['npm', '1.2.3.4', '>', '1.2.3'],
  ['npm', 'v1.2.3', '=', '1.2.3'],
] as const)('%s: %s %s %s, which the libraries alone do not know', (ecosystem, a, sign, b) => {
  expect(compare(ecosystem, a, b)).toBe(sign)
})
