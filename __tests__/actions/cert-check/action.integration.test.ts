import { afterAll, describe, expect, test } from '@jest/globals'
import { chainText, createAuthority } from '../../support/authority.ts'
import { unusedPort } from '../../support/http-server.ts'
import { runRonde } from '../../support/ronde.ts'
import { tlsServer } from '../../support/tls-server.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const root = authority.issue({ name: 'Test Root', ca: true, until: 3_650 })
const names = ['DNS:quiz.example', 'DNS:localhost']
const valid = authority.issue({ name: 'quiz.example', by: root, names })
/** Nobody's machine shall be looked at: no folder of certbot. */
const letsencrypt = authority.folder

describe('cert-check, as the runner runs it,', () => {
  test('of a valid certificate is ok: outputs, one line in the log, a table in the summary', async () => {
    await using server = await tlsServer({ key: valid.key, cert: chainText(valid) })
    const inputs = { endpoints: `localhost:${server.port}`, 'ca-file': root.certPath, letsencrypt }
    const ran = await runRonde('cert-check', { inputs })
    expect(ran.findings.filter((one) => one.status !== 'ok')).toEqual([])
    expect(ran.exitCode).toBe(0)
    expect(ran.outputs).toMatchObject({ status: 'ok', certificates: '1', 'expires-in-days': '79' })
    expect(ran.reports[0]?.scope).toContain('endpoints')
    expect(ran.log).toContain(`1 certificate, it expires in 79 days (localhost:${server.port})`)
    expect(ran.summary).toMatch(/^- \*\*localhost.*issuer Test Root, expires \d{4}-\d\d-\d\d, days 79, chain 1 certificate, findings ok$/m)
  })

  test('takes the HTTPS endpoints of health-check when it has none, with their authority', async () => {
    await using server = await tlsServer({ key: valid.key, cert: chainText(valid) })
    const endpoint = `{ url: "https://localhost:${server.port}/", ca: ${root.certPath}, headers: { X-Key: "\${NOT_SET}" } }`
    const file = `health-check: { endpoints: [${endpoint}] }\ncert-check: { letsencrypt: ${letsencrypt} }\n`
    const ran = await runRonde('cert-check', { files: { '.github/ronde.yml': file } })
    expect(ran.outputs).toMatchObject({ status: 'ok', certificates: '1' })
    expect(ran.findings.map((one) => one.subject)).toContain(`localhost:${server.port}`)
  })

  test('of one that is down fails the step and leaves the others in the table', async () => {
    await using server = await tlsServer({ key: valid.key, cert: chainText(valid) })
    const inputs = { endpoints: `localhost:${server.port}\n127.0.0.1:${await unusedPort()}`, 'ca-file': root.certPath, letsencrypt }
    const ran = await runRonde('cert-check', { inputs })
    expect(ran.exitCode).toBe(1)
    expect(ran.outputs).toMatchObject({ status: 'critical', certificates: '1' })
    expect(ran.log).toContain('connection refused')
  })

  test('of a certificate whose texts are commands prints them, and obeys none', async () => {
    const subject = '/CN=a\n::error::owned ##[error]owned | <b> @team/O=x\n##[add-mask]ok'
    const hostile = authority.issue({ name: 'hostile', subject, names: ['DNS:localhost'] })
    await using server = await tlsServer({ key: hostile.key, cert: hostile.cert })
    const ran = await runRonde('cert-check', { inputs: { endpoints: `localhost:${server.port}`, letsencrypt, 'fail-on': 'never' } })
    expect(ran.outputs['status']).toBe('critical')
    expect(ran.findings.find((one) => one.id === 'cert.self-signed')?.observed).toContain('owned')
    expect(ran.annotations.filter((one) => one.message.startsWith('owned'))).toEqual([])
    expect(ran.masks).not.toContain('ok')
    expect(ran.log).not.toMatch(/^::error::owned/m)
    expect(ran.summary).not.toContain('<b>')
    expect(ran.summary).not.toMatch(/@team\b/)
  })

  test('with bad input says all mistakes at once and looks at nothing', async () => {
    const ran = await runRonde('cert-check', {
      inputs: { endpoints: 'http://quiz.example/\nquiz.example:99999', thresholds: '{ expiry: [10d, 20d] }' },
    })
    expect(ran.exitCode).toBe(1)
    expect(ran.reports).toEqual([])
    for (const part of [
      'has a scheme; write quiz.example:443',
      'port 99999 is not a number from 1 to 65535',
      'warning 10d is below critical 20d',
    ])
      expect(ran.log).toContain(part)
  })
})
