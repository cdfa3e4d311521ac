import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { found } from '../../support/cert-check.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

const authority = join(process.cwd(), 'stack/.run/certs/ca.crt')

test("the stack's nginx presents its certificate, which is judged whole, with its headers", async () => {
  await using none = await temporaryFolder()
  const inputs = { endpoints: 'localhost:28443', 'ca-file': authority, headers: 'true', letsencrypt: none.path, 'fail-on': 'never' }
  const { findings, reports, outputs, summary } = await runRonde('cert-check', { inputs })
  for (const id of ['tls.reachable', 'cert.trust', 'cert.name', 'cert.incomplete', 'cert.order', 'cert.strength', 'headers.reachable'])
    expect(found(findings, id)).toMatchObject({ status: 'ok', subject: 'localhost:28443' })
  expect(found(findings, 'tls.versions').observed).toMatch(/^TLS 1\.[23]; TLS 1\.1 and earlier are refused$/)
  expect(reports[0]?.scope).toEqual(expect.arrayContaining(['endpoints', 'headers']))
  expect(outputs['certificates']).toBe('1')
  expect(summary).toContain('Ronde throwaway CA')
})
