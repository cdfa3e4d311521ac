import { type Finding, finding } from '../../src/contract/finding.ts'

/** An `ok` finding with a measurement; a test names what matters to it. */
export const aFinding = (overrides: Partial<Finding> = {}): Finding =>
  finding({
    id: 'endpoint.latency',
    subject: 'https://quiz.example/',
    status: 'ok',
    title: 'home answers in 38 ms',
    observed: '38 ms',
    expected: 'at most 200 ms',
    audience: 'technical',
    measurements: [{ name: 'latency', value: 38, unit: 'ms' }],
    ...overrides,
  })

export const aKey = { repository: 'team/quiz', server: 'quiz-prod', project: 'quiz', action: 'health-check' }
