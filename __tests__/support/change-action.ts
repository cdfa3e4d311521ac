import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { defineAction, result } from '../../src/contract/action.ts'
import { finding } from '../../src/contract/finding.ts'

/** A real `change` action, only for tests: writes a step to the ledger, does it, and hangs or fails when it is told to. */
export const action = defineAction({
  name: 'test-change',
  description: 'Changes a file.',
  kind: 'change',
  effect: 'person',
  hasEffect: ({ lasting }) => lasting,
  reads: ['compose'],
  options: {
    target: z.string(),
    ending: z.enum(['end', 'hang', 'throw', 'invoke', 'stray']).default('end'),
    lasting: z.boolean().default(false),
  },
  ids: ['change.done'],
  outputs: {},
  timeoutMs: () => 20_000,
  run: async (options, context) => {
    const done = finding({
      id: 'change.done',
      subject: 'file',
      status: 'ok',
      title: 'done',
      observed: 'done',
      expected: 'done',
      audience: 'technical',
    })
    if (context.dryRun) {
      appendFileSync(options.target, '')
      context.progress.say('would change the file')
      return result(['change'], [done])
    }
    context.ledger.write({ undo: options.target })
    appendFileSync(options.target, 'changed\n')
    context.progress.say('changed the file')
    if (options.ending === 'hang') await delay(15_000, undefined, { signal: AbortSignal.any([]) })
    if (options.ending === 'stray') {
      const { TEST_SECRET: secret = '' } = process.env
      context.secrets.add(secret)
      setImmediate(() => {
        throw new Error(`${secret}\n::set-output name=status::ok`)
      })
      await delay(5_000)
    }
    if (options.ending === 'throw') throw new Error('half done', { cause: new Error('the cause below') })
    const invoked = options.ending === 'invoke' ? await context.invoke('health-check', { checks: ['endpoints'] }) : undefined
    return { ...result(['change'], [done]), facts: invoked === undefined ? {} : { invoked: invoked.status } }
  },
  recover: async (context) => {
    for (const step of context.ledger.pending()) appendFileSync(step['undo'] as string, 'recovered\n')
  },
})

const source = (file: string): string => pathToFileURL(join(import.meta.dirname, '../..', file)).href

const entry = (part: 'main' | 'post'): string => `import { enableCompileCache } from 'node:module'
enableCompileCache('${join(import.meta.dirname, '../../.build/compiled')}')
const { runMain } = await import('${source('.build/runtime/main.js')}')
const cancel = new AbortController()
process.on('SIGINT', () => cancel.abort('cancelled'))
const registry = {
  'test-change': () => import('${source('.build/support/change-action.js')}'),
  'health-check': () => import('${source('.build/actions/health-check/action.js')}'),
}
process.exit(await runMain('test-change', { registry, environment: process.env, cancelled: cancel.signal, looker: '' }, '${part}'))
`

/** Writes its `action.yml` and entries into a folder, and gives the path for the runner. */
export const writeChangeAction = (folder: string, { post = true } = {}): string => {
  const inputs = [
    'target',
    'ending',
    'lasting',
    'config',
    'server',
    'fail-on',
    'incidents',
    'token',
    'report-file',
    'timeout',
    'state-dir',
    'dry-run',
  ]
  writeFileSync(join(folder, 'main.mjs'), entry('main'))
  writeFileSync(join(folder, 'post.mjs'), entry('post'))
  const lines = [
    'name: test',
    'inputs:',
    ...inputs.map((name) => `  ${name}: { description: ${name} }`),
    'runs:',
    '  using: node24',
    '  main: main.mjs',
    ...(post ? ['  post: post.mjs', '  post-if: always()'] : []),
  ]
  const name = post ? 'action.yml' : 'without-post.yml'
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
  return join(folder, name)
}
