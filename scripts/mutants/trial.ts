/** One trial in a process of its own: takes a source in another version and tests, and writes which of them noticed. stdin: a `Trial`; stdout: a `Noticed`. */

import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

export type Trial = { readonly path: string; readonly source: string; readonly tests: readonly string[] }
export type Noticed = { readonly by: string; readonly test: string } | null

const globals = new URL('globals.ts', import.meta.url).href
const urlOf = (path: string): string => pathToFileURL(resolve(path)).href

const swap = ({ path, source }: Trial): void => {
  const changed = urlOf(path)
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@jest/globals' ? { url: globals, shortCircuit: true } : next(specifier, context),
    load: (url, context, next) =>
      url === changed ? { format: 'module', source: stripTypeScriptTypes(source), shortCircuit: true } : next(url, context),
  })
}

const noticed = async (tests: readonly string[]): Promise<Noticed> => {
  const { firstFailure } = (await import(globals)) as typeof import('./globals.ts')
  for (const by of tests) {
    try {
      await import(urlOf(by))
    } catch (error) {
      return { by, test: `does not load: ${String(error)}` }
    }
    const failed = await firstFailure()
    if (failed !== undefined) return { by, test: failed }
  }
  return null
}

/** A test may wait for a timer that keeps no process alive. */
setInterval(() => {}, 60_000)
const trial = JSON.parse(await text(process.stdin)) as Trial
swap(trial)
process.stdout.write(`\n${JSON.stringify(await noticed(trial.tests))}`, () => process.exit())
