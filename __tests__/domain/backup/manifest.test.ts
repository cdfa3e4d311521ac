import { expect, test } from '@jest/globals'
import { type ArchiveManifest, type DatabaseManifest, documentText, readManifest, readProof } from '../../../src/domain/backup/manifest.ts'

const hash = 'a'.repeat(64)
const common = {
  schemaVersion: 1,
  id: '20261130T170509Z-0123456789abcdef',
  server: 'quiz-prod',
  startedAt: '2026-11-30T17:05:09.123Z',
  finishedAt: '2026-11-30T17:06:00.000Z',
  artifacts: [{ name: 'database.dump', bytes: 1, sha256: hash, sha256Plain: hash, codec: 'custom', recipients: [] }],
  inconsistent: [],
} satisfies Partial<DatabaseManifest>

const ofDatabase: DatabaseManifest = {
  ...common,
  kind: 'database',
  source: { systemIdentifier: '7', database: 'quiz', image: '', serverVersion: '18.1' },
  snapshot: '00000003-0000001B-1',
  clientVersion: '18.1',
  relations: [{ schema: 'public', name: 'game', rows: 2, hash: '-12', by: 'planned' }],
  sequences: [{ schema: 'public', name: 'game_id_seq', value: '2', called: true, increment: '1', cycles: false }],
  largeObjects: { count: 0, pages: 0, hash: '0' },
  extensions: [],
  roles: ['quiz'],
}

const ofVolume: ArchiveManifest = {
  ...common,
  kind: 'volumes',
  source: { project: 'quiz', volume: 'media' },
  name: 'media',
  base: '/var/lib/docker/volumes/quiz_media/_data',
  entries: 3,
}

test.each([ofDatabase, ofVolume])('a manifest is read as it was written', (manifest) => {
  expect(readManifest(documentText(manifest))).toEqual({ value: manifest })
})

test.each([
  ['not JSON', '{', 'is not JSON'],
  ['another version', JSON.stringify({ ...ofDatabase, schemaVersion: 2 }), 'schemaVersion'],
  ['a short hash', JSON.stringify({ ...ofDatabase, artifacts: [{ ...common.artifacts[0], sha256: 'ab' }] }), 'artifacts.0.sha256'],
  ['a volume with the source of a database', JSON.stringify({ ...ofVolume, source: ofDatabase.source }), 'source.project'],
])('%s is refused', (_, text, why) => {
  expect(readManifest(text)).toEqual({ trouble: expect.stringContaining(why) })
})

test('a proof is read as it was written', () => {
  const proof = { verified: true, at: '2026-11-30T17:06:00.000Z', failures: [], ciphertext: 'none' as const }
  expect(readProof(documentText(proof))).toEqual({ value: proof })
  expect(readProof('{}')).toEqual({ trouble: expect.stringContaining('verified') })
})
