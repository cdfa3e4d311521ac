import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { z } from 'zod'
import { actionYml, roundYml } from '../../scripts/generate/action-yml.ts'
import { fallbackOf } from '../../scripts/generate/describe.ts'
import { decisionRow, runbookRow } from '../../scripts/generate/pages.ts'
import { allIds, allRenamed, partsModule, registryModule } from '../../scripts/generate/registries.ts'
import { reportsSchema, rondeSchema } from '../../scripts/generate/schemas.ts'
import { actionsTable, between, firstReadme, inputsTable, optionsTable, outputsTable } from '../../scripts/generate/tables.ts'
import { duration } from '../../src/core/options/duration.ts'
import { changeAction, lookAction } from '../support/parse-run.ts'

type ActionFile = {
  inputs: Record<string, { description: string; default?: string; required?: boolean }>
  outputs: Record<string, { description: string }>
  runs: Record<string, string>
}

describe('action.yml', () => {
  const look = parse(actionYml(lookAction)) as ActionFile

  test('has the options, the flattened common ones and those of every run', () => {
    expect(Object.keys(look.inputs)).toEqual([
      'endpoints',
      'checks',
      'quick',
      'attempts',
      'password',
      'thresholds',

      'compose-directory',
      'compose-files',
      'compose-project',
      'database-service',
      'database-url',
      'database-name',
      'database-user',
      'time-zone',
      'config',
      'server',
      'fail-on',
      'incidents',
      'token',
      'report-file',
      'timeout',
      'state-dir',
    ])
  })

  test('gives only the token a default, and tells the others in words', () => {
    const withDefault = Object.entries(look.inputs).filter(([, input]) => input.default !== undefined)
    expect(withDefault).toEqual([['token', { description: expect.any(String), default: '${{ github.token }}' }]])
    expect(look.inputs['attempts']?.description).toBe('For tests. Default: `3`.')
    expect(Object.values(look.inputs).every((input) => input.description !== '' && input.required === undefined)).toBe(true)
  })

  test('has a post step only for an action that changes something', () => {
    expect(look.runs).toEqual({ using: 'node24', main: '../../dist/health-check.js' })
    const change = parse(actionYml(changeAction)) as ActionFile
    expect(change.runs).toMatchObject({ post: '../../dist/backup-post.js' })
    expect(Object.keys(change.inputs)).toContain('dry-run')
  })

  test('of the root has the run inputs and the round, nothing else', () => {
    const root = parse(roundYml()) as ActionFile
    expect(Object.keys(root.inputs)).toEqual([
      'config',
      'server',
      'fail-on',
      'incidents',
      'token',
      'report-file',
      'timeout',
      'dry-run',
      'round',
    ])
    expect(Object.keys(root.outputs)).toEqual(['status', 'report', 'summary', 'findings'])
  })
})

describe('README tables', () => {
  test('show options with their fields and defaults', () => {
    const rows = optionsTable(lookAction)
      .split('\n')
      .map((row) => row.replaceAll(/ +/g, ' '))
    expect(rows).toContain('| `attempts` | For tests. | `3` |')
    expect(rows).toContain('| `endpoints[].url` | | required |')
    expect(rows).toContain('| `thresholds.cpu` | | `80%, 95%` |')
    expect(inputsTable(lookAction)).toMatch(/`fail-on` +\| Status from which the step fails\. +\| `critical`, or `never` when/)
    expect(outputsTable(lookAction)).toMatch(/`findings`/)
    expect(actionsTable([lookAction])).toContain('[`health-check`](actions/health-check/README.md)')
  })

  test('replace only what stands between their markers', () => {
    const text = 'before\n<!-- x:begin -->\nold\n<!-- x:end -->\nafter\n'
    expect(between(text, 'x', 'new')).toBe('before\n<!-- x:begin -->\nnew\n<!-- x:end -->\nafter\n')
    expect(() => between('nothing', 'x', 'new')).toThrow('the markers <!-- x:begin --> and <!-- x:end --> are missing')
    expect(between(firstReadme(lookAction), 'options', '')).toContain('# health-check')
  })

  test('a default that is not as a person writes it is a bug', () => {
    expect(() => fallbackOf('timeout', duration().default(30_000))).toThrow(
      "timeout: write its default with .prefault('…'), as a person would",
    )
    expect(fallbackOf('timeout', duration().prefault('30s'))).toBe('30s')
    expect(fallbackOf('any', z.array(z.string()).default([]))).toBe('')
  })
})

describe('JSON schemas', () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(rondeSchema([lookAction, changeAction])))
  const cases: readonly { what: string; file: string; valid: boolean }[] = [
    { what: 'an empty mapping', file: '{}', valid: true },
    { what: 'a section of a later release', file: 'cert-check: { anything: [1] }', valid: true },
    { what: 'a section without what it needs', file: 'backup: { kinds: [database] }', valid: true },
    { what: 'an unknown key', file: 'helth-check: {}', valid: false },
    { what: 'an unknown option', file: 'health-check: { quik: true }', valid: false },
    { what: 'a duration without a unit', file: 'health-check: { timeout: 30 }', valid: false },
    { what: 'a common option in a section that reads it', file: 'health-check: { time-zone: UTC }', valid: true },
    {
      what: 'a round with options',
      file: 'rounds: { quick: [health-check, { health-check: { quick: true } }, { cert-check: }] }',
      valid: true,
    },
    { what: 'a round with a wrong option', file: 'rounds: { quick: [{ health-check: { quik: true } }] }', valid: false },
    { what: 'a round with an unknown action', file: 'rounds: { quick: [helth-check] }', valid: false },
    { what: 'a server with overrides', file: 'servers: { a: { runner-labels: [x], health-check: { quick: true } } }', valid: true },
    { what: 'a server with an unknown key', file: 'servers: { a: { quick: true } }', valid: false },
    {
      what: 'a threshold',
      file: 'health-check: { thresholds: { cpu: [80%, 95%], disk-free: { warning: 20%, critical: 10%, clear: 22% } } }',
      valid: true,
    },
    { what: 'a threshold of one value', file: 'health-check: { thresholds: { cpu: [80%] } }', valid: true },
    { what: 'a threshold that only warns', file: 'health-check: { thresholds: { cpu: 80%, disk-free: { warning: 20% } } }', valid: true },
    { what: 'a threshold of three values', file: 'health-check: { thresholds: { cpu: [80%, 90%, 95%] } }', valid: false },
  ]
  test.each(cases)('$what: $valid', ({ file, valid }) => {
    expect(validate(parse(file))).toBe(valid)
  })

  test.each(['f-brain', 'punk-eco', 'quiz-de-noel'])('the example %s is valid', (name) => {
    const ofRelease = new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync('schema/ronde.schema.json', 'utf8')))
    ofRelease(parse(readFileSync(`examples/${name}/ronde.yml`, 'utf8')))
    expect(ofRelease.errors).toBeNull()
  })

  test('the schema of reports compiles', () => {
    expect(() => new Ajv({ strict: true, strictTypes: false }).compile(JSON.parse(reportsSchema()))).not.toThrow()
  })
})

describe('registries', () => {
  test('every part of an action is found by its folder; its place it says itself', () => {
    const text = partsModule(['zeal', 'access-log'])
    expect(text).toContain("import { part as accessLog } from './parts/access-log/part.ts'")
    expect(text).toContain('export const parts = inOrder([accessLog, zeal])')
    expect(text).toContain('export const partOptions = { ...accessLog.options, ...zeal.options }')
  })

  const action = { name: 'look', ids: ['a.now', 'b.now'] }

  test('ids are those of the declarations, of the runtime about each action, and of the house', () => {
    expect(allIds([action])).toEqual([
      'a.now',
      'b.now',
      'configuration.missing',
      'look.failed',
      'look.nothing',
      'look.unfinished',
      'monitoring.broken',
      'recovery.pending',
      'recovery.unreadable',
      'state.unwritable',
    ])
  })

  test('a former id leads to one that is there', () => {
    expect(allRenamed([{ ...action, renamed: { 'a.was': 'a.now' } }])).toEqual({ 'a.was': 'a.now' })
  })

  test.each([
    ['leads nowhere', { 'a.was': 'a.gone' }, 'renamed: a.was -> a.gone'],
    ['is still in use', { 'b.now': 'a.now' }, 'renamed: b.now -> a.now'],
  ])('a former id that %s is a mistake', (_what, renamed, mistake) => {
    expect(() => allRenamed([{ ...action, renamed }])).toThrow(mistake)
  })

  test('actions are loaded when they are needed', () => {
    expect(registryModule(['cert-check'])).toContain("'cert-check': () => import('./actions/cert-check/action.ts'),")
  })
})

describe('the lists of pages', () => {
  test('a runbook is listed by its title and its first paragraph', () => {
    expect(runbookRow('a.b.md', '# a.b\n\nIt runs out,\nor a | b.\n\n## What it means\n')).toBe(
      '| [a.b](a.b.md) | It runs out, or a \\| b. |',
    )
    expect(() => runbookRow('a.b.md', '# a.b\n\n## What it means\n')).toThrow('a.b.md: a runbook begins with')
  })

  test('a decision is listed by the number of its file', () => {
    expect(decisionRow('0007-inspect.md', '# 7. Containers are inspected\n')).toBe('| [7](0007-inspect.md) | Containers are inspected |')
    for (const [name, text] of [
      ['0007-a.md', '# 8. Other\n'],
      ['0007-a.md', '# Other\n'],
    ] as const)
      expect(() => decisionRow(name, text)).toThrow('0007-a.md: a decision begins with')
  })
})
