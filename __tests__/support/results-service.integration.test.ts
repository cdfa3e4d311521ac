import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startResultsService } from './results-service.ts'
import { runAction } from './runner.ts'

const actionFile = join(import.meta.dirname, 'fixtures/cache/action.yml')
let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ronde-cache-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const cache = async (service: Awaited<ReturnType<typeof startResultsService>>, inputs: Record<string, string>) => {
  await using result = await runAction({ actionFile, cwd, inputs, environment: service.environment })
  expect(result.exitCode).toBe(0)
  return result
}

test('the real cache library saves, restores by prefix and does not save twice', async () => {
  await using service = await startResultsService()
  await mkdir(join(cwd, 'kept'), { recursive: true })
  await writeFile(join(cwd, 'kept/advisories.json'), '{"a":1}')
  const saved = await cache(service, { do: 'save', key: 'advisories-2026-11-22' })
  expect(Number(saved.outputs['result'])).toBeGreaterThan(0)
  expect(service.caches()).toEqual(['advisories-2026-11-22'])
  await rm(join(cwd, 'kept'), { recursive: true })
  expect((await cache(service, { do: 'restore', key: 'advisories-' })).outputs['result']).toBe('advisories-2026-11-22')
  expect(await readFile(join(cwd, 'kept/advisories.json'), 'utf8')).toBe('{"a":1}')
  expect((await cache(service, { do: 'save', key: 'advisories-2026-11-22' })).outputs['result']).toBe('-1')
  expect((await cache(service, { do: 'restore', key: 'other-' })).outputs['result']).toBe('')
})

test('a service that is out of order only warns', async () => {
  await using service = await startResultsService()
  service.breakDown(429)
  const result = await cache(service, { do: 'restore', key: 'advisories-' })
  expect(result.outputs['result']).toBe('')
  expect(result.annotations.map((one) => one.level)).toContain('warning')
})

test('an artifact comes in blocks, is listed, fetched and deleted', async () => {
  await using service = await startResultsService()
  const ask = async (method: string, body: object) => {
    const headers = { authorization: `Bearer ${service.environment.ACTIONS_RUNTIME_TOKEN}` }
    const url = `${service.url}/twirp/github.actions.results.api.v1.ArtifactService/${method}`
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json() as Promise<Record<string, string>>
  }
  const { signed_upload_url: upload = '' } = await ask('CreateArtifact', { name: 'report', version: 7 })
  await fetch(`${upload}&comp=block&blockid=QQ`, { method: 'PUT', body: 'wor' })
  await fetch(`${upload}&comp=block&blockid=Qg`, { method: 'PUT', body: 'ld' })
  const list = '<BlockList><Latest>QQ</Latest><Latest>Qg</Latest></BlockList>'
  await fetch(`${upload}&comp=blocklist`, { method: 'PUT', body: list })
  expect(await ask('FinalizeArtifact', { name: 'report', size: '4' })).toMatchObject({ code: 'invalid_argument' })
  expect(await ask('FinalizeArtifact', { name: 'report', size: '5' })).toEqual({ ok: true, artifact_id: '1' })
  expect(await ask('ListArtifacts', { name_filter: 'report' })).toMatchObject({
    artifacts: [{ name: 'report', size: '5', database_id: '1' }],
  })
  expect(await (await fetch((await ask('GetSignedArtifactURL', { name: 'report' }))['signed_url'] ?? '')).text()).toBe('world')
  expect(await ask('DeleteArtifact', { name: 'report' })).toEqual({ ok: true, artifact_id: '1' })
  expect(service.artifacts()).toEqual([])
})

test('nobody gets in without the runtime token', async () => {
  await using service = await startResultsService()
  const url = `${service.url}/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry`
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401)
})
