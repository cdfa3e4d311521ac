import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { hosted } from '../../support/broken-server.ts'
import { osvServer, record } from '../../support/osv-server.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

const folder = execFileSync('scripts/schemas', { encoding: 'utf8' }).trim()
/** Of draft 4 in one of them nothing is used that 7 does not know; what names the draft, and a name of its own, would be refused. */
const schemaAt = (path: string, without: readonly string[] = ['$schema', 'id']): Record<string, unknown> => {
  const schema: Record<string, unknown> = JSON.parse(readFileSync(join(folder, path), 'utf8'))
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !without.includes(key)))
}

const compile = (path: string, others: readonly string[] = []): ValidateFunction => {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, logger: false })
  formats.default(ajv)
  // By the names by which the other one knows them.
  for (const one of others) ajv.addSchema(schemaAt(one, ['$schema', '$id']), `http://cyclonedx.org/schema/${basename(one)}`)
  return ajv.compile(schemaAt(path))
}
const cycloneDx = '@cyclonedx/cyclonedx-library/res/schema'
const isSarif = compile('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
const isBom = compile(
  `${cycloneDx}/bom-1.6.SNAPSHOT.schema.json`,
  ['jsf-0.82', 'spdx', 'cryptography-defs'].map((name) => `${cycloneDx}/${name}.SNAPSHOT.schema.json`),
)

const faultsOf = (validate: ValidateFunction, value: unknown) =>
  validate(value) ? [] : validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`)

const critical = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]
const odd = '<img src=x onerror=alert(1)>'
const records = [
  record('GHSA-h2', 'h2', '4.3.0', { aliases: ['CVE-2025-11111'], summary: odd, severity: critical }),
  record('GHSA-none', 'django', '4.2.9'),
  record('GHSA-odd', odd.toLowerCase(), '2', { ecosystem: 'npm', severity: critical }),
]
const files = {
  'a b/requirements.txt': 'h2==4.1.0\ndjango==4.2.8\n',
  'requirements-dev.txt': 'h2==4.1.0\ntorch==2.0.0+cpu\n',
  'package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: { 'node_modules/@babel/core': { version: '7.1.0' }, 'node_modules/odd': { name: odd, version: '1.0.0' } },
  }),
}

const written = async (names: Readonly<Record<string, string>>) => {
  await using server = await osvServer({ records })
  await using temporary = await temporaryFolder()
  const ran = await runRonde('audit-deps', {
    inputs: {
      sarif: 'true',
      sbom: 'true',
      'osv-url': server.origin,
      'kev-url': `${server.origin}/kev`,
      'epss-url': `${server.origin}/epss`,
    },
    files: names,
    environment: hosted,
    runnerTemp: temporary.path,
  })
  const read = (name: string): unknown => JSON.parse(readFileSync(ran.outputs[name] ?? '', 'utf8'))
  return { sarif: read('sarif-file'), sbom: read('sbom-file') }
}

describe('what is written is what its schema asks for', () => {
  test.each([
    ['with vulnerabilities and odd names', files],
    ['with nothing', { 'requirements.txt': '# nothing\n' }],
  ])('%s', async (_what, names) => {
    const { sarif, sbom } = await written(names)
    expect(faultsOf(isSarif, sarif)).toEqual([])
    expect(faultsOf(isBom, sbom)).toEqual([])
  })

  test('the schemas themselves refuse what is wrong', () => {
    expect(faultsOf(isSarif, { version: '2.1.0', runs: [{ results: [] }] })).not.toEqual([])
    expect(faultsOf(isBom, { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library' }] })).not.toEqual([])
  })
})
