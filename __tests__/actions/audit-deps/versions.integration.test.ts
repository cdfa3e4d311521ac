import { expect, test } from '@jest/globals'
import { hosted } from '../../support/broken-server.ts'
import { osvServer } from '../../support/osv-server.ts'
import { runRonde } from '../../support/ronde.ts'

test('ends of life are told where they were asked for, with their line, and are no vulnerabilities', async () => {
  await using server = await osvServer({ records: [] })
  const ran = await runRonde('audit-deps', {
    inputs: { versions: 'true', 'osv-url': server.origin },
    files: {
      'requirements.txt': 'django==3.2.19\n',
      Dockerfile: 'FROM python:3.8-slim\n',
      'compose.yaml': 'services:\n  db:\n    image: postgres:18.1\n',
      'node_modules/x/Dockerfile': 'FROM node:4\n',
    },
    environment: hosted,
  })
  const told = ran.findings.filter(({ id }) => id === 'audit.end-of-life')
  expect(told.map(({ status, subject, location }) => `${status} ${subject} ${location?.path}:${location?.line}`)).toEqual(
    expect.arrayContaining([
      'critical python 3.8 Dockerfile:1',
      'warning postgresql 18.1 compose.yaml:3',
      'critical django 3.2.19 requirements.txt:1',
    ]),
  )
  expect(told.some(({ subject }) => subject.startsWith('node'))).toBe(false)
  expect(ran.outputs).toMatchObject({ status: 'critical', vulnerabilities: '0' })
  expect(ran.reports[0]?.scope).toContain('versions')
})
