import { expect, test } from '@jest/globals'
import type { Finding } from '../../../src/contract/finding.ts'
import { createRedactor } from '../../../src/core/redact/redact.ts'
import { redactReport } from '../../../src/core/redact/report.ts'
import { sampleFinding, sampleReport } from '../../support/sample-report.ts'

const secret = 'horse-battery-staple'

/** Each text of a finding that is not a word of ours. */
const texts: readonly (keyof Finding)[] = [
  ...(['subject', 'label', 'title', 'observed', 'expected', 'advice', 'notChecked', 'incidentKey'] as const),
  ...(['evidence', 'measurements', 'parent', 'location'] as const),
]

test('no text of a finding leaves the server with a secret in it', () => {
  const redactor = createRedactor()
  redactor.add(secret)
  const full: Required<Finding> = {
    ...sampleFinding(),
    group: 'compose',
    disturbedByWork: true,
    subject: secret,
    label: secret,
    title: secret,
    observed: secret,
    expected: secret,
    advice: secret,
    notChecked: secret,
    incidentKey: secret,
    evidence: [secret],
    measurements: [{ name: secret, value: 1, unit: secret }],
    parent: { id: 'compose.service', subject: secret },
    location: { path: secret, line: 1 },
  }
  expect(texts.filter((name) => !JSON.stringify(full[name]).includes(secret))).toEqual([])
  expect(JSON.stringify(redactReport(sampleReport([full]), redactor))).not.toContain(secret)
})
