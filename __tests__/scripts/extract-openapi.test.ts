import { expect, test } from '@jest/globals'
import { extract, withoutProse } from '../../scripts/extract-openapi.ts'
import { loadDescription } from '../support/github/openapi.ts'
import { operations } from '../support/github/operations.ts'

test('prose goes, a property that is called like prose stays', () => {
  const schema = {
    description: 'An issue.',
    properties: { description: { type: 'string', description: 'What it is.', example: 'x' }, title: { type: 'string', title: 'Title' } },
    'x-github': { previews: [] },
    'x-multi-segment': true,
  }
  expect(withoutProse(schema)).toEqual({
    properties: { description: { type: 'string' }, title: { type: 'string' } },
    'x-multi-segment': true,
  })
})

/** A description in which every operation stands, with one component that refers to another one. */
const description = (ids: readonly string[]) => ({
  info: { version: '1' },
  paths: Object.fromEntries(
    ids.map((operationId, at) => [`/p${at}`, { get: { operationId, responses: { 200: { $ref: '#/components/responses/a' } } } }]),
  ),
  components: { responses: { a: { $ref: '#/components/schemas/b' }, unused: {} }, schemas: { b: { type: 'string', description: 'x' } } },
})

test('an extract holds the wanted operations and what they refer to, one line each', () => {
  const text = extract(description([...Object.keys(operations), 'gists/create']))
  expect(JSON.parse(text).components).toEqual({ responses: { a: { $ref: '#/components/schemas/b' } }, schemas: { b: { type: 'string' } } })
  expect(text.split('\n').filter((line) => line.startsWith('"/p'))).toHaveLength(Object.keys(operations).length)
  expect(text).not.toContain('gists')
})

test('an operation that GitHub no longer has is named', () => {
  expect(() => extract(description(Object.keys(operations).slice(1)))).toThrow('not in the description: issues/list-for-repo')
})

test('the fixture knows exactly the operations of the stand-in', () => {
  const known = loadDescription().operations.map((operation) => operation.id)
  expect(new Set<string>(known)).toEqual(new Set(Object.keys(operations)))
})
