/**
 * Cuts the operations that Ronde uses out of GitHub's own OpenAPI description, for the stand-in of the tests:
 *
 *     npm install --prefix "$(mktemp -d)" --ignore-scripts --no-save @octokit/openapi@23.0.2
 *     node scripts/extract-openapi.ts THAT-FOLDER/node_modules/@octokit/openapi [--check]
 *
 * The package is large and slow to load, so it is no dependency; its file is read by path.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { operations } from '../__tests__/support/github/operations.ts'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }

const fixture = join(import.meta.dirname, '../__tests__/support/github/openapi.fixture.json')
const licence = join(import.meta.dirname, '../__tests__/support/github/openapi.fixture.LICENSE')

const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'tags', 'title', 'deprecated'])
const isProse = (key: string) => prose.has(key) || (key.startsWith('x-') && key !== 'x-multi-segment')
/** Keys below which names are the document's own, so that a property called `description` stays. */
const namedChildren = new Set(['properties', 'schemas', 'parameters', 'responses', 'headers', 'content'])

/** A copy without prose: everything that a machine checks, nothing that a person reads. */
export const withoutProse = (value: Json, namesBelow = false): Json => {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => namesBelow || !isProse(key))
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutProse(child, !namesBelow && namedChildren.has(key))]))
}

const references = (value: Json): string[] => {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(references)
  return Object.entries(value).flatMap(([key, child]) => (key === '$ref' && typeof child === 'string' ? [child] : references(child)))
}

const pick = (document: JsonObject, pointer: string): Json =>
  pointer
    .slice(2)
    .split('/')
    .reduce<Json>((so, key) => (so as JsonObject)[key] ?? null, document)

/** Everything that a value refers to, directly or not. */
const closure = (document: JsonObject, from: Json): readonly string[] => {
  const found = new Set<string>()
  const queue = references(from)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue
    found.add(next)
    queue.push(...references(withoutProse(pick(document, next))))
  }
  return [...found].toSorted()
}

const extractPaths = (document: JsonObject): JsonObject => {
  const wanted = new Set<string>(Object.keys(operations))
  const paths: JsonObject = {}
  for (const [path, methods] of Object.entries(document['paths'] as JsonObject)) {
    const operations = Object.entries(methods as JsonObject).filter(([, one]) =>
      wanted.delete((one as { operationId: string }).operationId),
    )
    if (operations.length > 0) paths[path] = Object.fromEntries(operations.map(([method, one]) => [method, withoutProse(one)]))
  }
  if (wanted.size > 0) throw new Error(`not in the description: ${[...wanted].join(', ')}`)
  return paths
}

/** One line a path and one a component, so that a difference can be read. */
const print = (value: Json, depth: number): string => {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
  const lines = Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}:${print(child, depth - 1)}`)
  return `{\n${lines.join(',\n')}\n}`
}

/** The wanted operations with all they refer to, as the text of the fixture. */
export const extract = (document: JsonObject): string => {
  const paths = extractPaths(document)
  const components: { [kind: string]: JsonObject } = {}
  for (const pointer of closure(document, paths)) {
    const [, , kind = '', name = ''] = pointer.split('/')
    components[kind] = { ...components[kind], [name]: withoutProse(pick(document, pointer)) }
  }
  const version = (document['info'] as JsonObject)['version'] ?? null
  const parts = [`"version":${print(version, 0)}`, `"paths":${print(paths, 1)}`, `"components":${print(components, 2)}`]
  return `{\n${parts.join(',\n')}\n}\n`
}

const write = async (files: readonly (readonly [string, string])[]) => {
  await Promise.all(files.map(([path, text]) => writeFile(path, text)))
  return 0
}

const compare = async (files: readonly (readonly [string, string])[]) => {
  const different: string[] = []
  for (const [path, text] of files) if ((await readFile(path, 'utf8')) !== text) different.push(path)
  for (const path of different) console.error(`${path} differs from the description; run this without --check`)
  return different.length === 0 ? 0 : 1
}

if (import.meta.main) {
  const [folder, flag] = process.argv.slice(2)
  if (folder === undefined) throw new Error('give the folder of @octokit/openapi; the first lines of this file show how to get it')
  const document = JSON.parse(await readFile(join(folder, 'generated/api.github.com.json'), 'utf8')) as JsonObject
  const files = [
    [fixture, extract(document)],
    [licence, await readFile(join(folder, 'LICENSE'), 'utf8')],
  ] as const
  process.exitCode = await (flag === '--check' ? compare : write)(files)
}
