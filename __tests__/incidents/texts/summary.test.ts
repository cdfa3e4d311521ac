import { expect, test } from '@jest/globals'
import { type IncidentLine, renderIncidents } from '../../../src/incidents/texts/summary.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { dangers } from '../../support/markdown.ts'

const line = (given: Partial<IncidentLine> = {}): IncidentLine => ({
  number: 7,
  deed: 'opened',
  title: '[quiz-prod] db: exited',
  url: 'https://github.example/o/r/issues/7',
  ...given,
})

test('the incidents of a run stand in its summary with what was done and the way to them', () => {
  expect(renderIncidents([line(), line({ number: 8, deed: 'open', title: 'x', url: 'not an address' })])).toBe(`
**Incidents**

- opened: \\[quiz-prod\\] db: exited [Issue 7](https://github.example/o/r/issues/7)
- open: x issue 8
`)
})

test('without incidents there is nothing to read', () => {
  expect(renderIncidents([])).toBe('')
})

test('many are cut, and it says so', () => {
  expect(renderIncidents(Array.from({ length: 60 }, () => line()))).toMatch(/- 10 more\n$/)
})

test.each(hostileTexts.map((text) => ({ text })))('a title that a person wrote only shows itself: $text', ({ text }) => {
  expect(dangers(renderIncidents([line({ title: text })]), { links: ['https://github.example/'] })).toEqual([])
})
