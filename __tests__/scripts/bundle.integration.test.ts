import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { bundleAll } from '../../scripts/bundle.ts'
import { emitModules } from '../../scripts/emit.ts'
import { noticeFor } from '../../scripts/notices.ts'
import { billOfMaterials } from '../../scripts/sbom.ts'

/** The bundler leaves its own stand-in for an optional package that is not there. */
const bundler = 'node_modules/@vercel/ncc'

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const target = mkdtempSync(join(tmpdir(), 'ronde-bundled-'))
let folders: readonly string[] = []

beforeAll(async () => {
  await emitModules()
  folders = await bundleAll(target)
}, 90_000)
afterAll(() => rmSync(target, { recursive: true, force: true }))

test('dist/licenses.txt holds the notice of every package that the bundler puts into dist', () => {
  const written = readFileSync('dist/licenses.txt', 'utf8')
  const without = folders.filter(
    (folder) => !written.includes(`${json(`${folder}/package.json`).name} `) || !written.includes(noticeFor(folder)),
  )
  expect(folders.length).toBeGreaterThan(10)
  expect(without).toEqual([])
})

test('dependencies are exactly the packages that dist is made of, and what those bring', () => {
  const named = Object.keys(json('package.json').dependencies)
  const locked = json('package-lock.json').packages
  const bundled = folders.filter((folder) => folder !== bundler)
  expect(named.filter((name) => !bundled.includes(`node_modules/${name}`))).toEqual([])
  // What is only there for development carries a mark in the lockfile.
  expect(bundled.filter((folder) => locked[folder]?.dev === true || locked[folder]?.devOptional === true)).toEqual([])
})

test('the bill of materials names the same packages, each with its hash', () => {
  const { components, serialNumber } = JSON.parse(billOfMaterials(folders))
  const names = components.map(({ group, name }: { group?: string; name: string }) => (group === undefined ? name : `${group}/${name}`))
  expect(names).toEqual(folders.map((folder) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)))
  expect(components.filter(({ hashes }: { hashes?: [{ content: string }] }) => hashes?.[0].content.length !== 128)).toEqual([])
  expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})
