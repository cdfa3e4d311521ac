import { expect, test } from '@jest/globals'
import { createOsvApi } from '../../../src/actions/audit-deps/sources/osv-api.ts'
import { createRecordCache } from '../../../src/actions/audit-deps/sources/record-cache.ts'
import { lockedPackage } from '../../support/packages.ts'

test.each([
  ['npm', 'v4.17.20', '4.17.20'],
  ['npm', '4.17.20+x', '4.17.20'],
  ['npm', '04.17.020', '4.17.20'],
  ['npm', '=4.0.0-rc.1+x', '4.0.0-rc.1'],
  ['PyPI', '04.2.8', '4.2.8'],
  ['PyPI', 'v4.2.8+x', '4.2.8'],
])('%s: who writes %s does not hide %s from OSV', async (ecosystem, version, release) => {
  const asked: string[] = []
  const ask = async ({ body = '' }: { readonly body?: string | undefined }) => {
    const { queries } = JSON.parse(body) as { queries: readonly { version: string }[] }
    asked.push(...queries.map((one) => one.version))
    return {
      answered: true as const,
      status: 200,
      retryAfter: undefined,
      hash: undefined,
      text: JSON.stringify({ results: queries.map(() => ({})) }),
    }
  }
  const asking = { ask, signal: new AbortController().signal, counts: { requests: 0 } }
  const { troubles } = await createOsvApi(
    'http://osv.example',
    asking,
    createRecordCache(undefined),
  )([lockedPackage({ ecosystem, version })])
  expect(troubles).toEqual([])
  expect(asked).toEqual([version, release])
})
