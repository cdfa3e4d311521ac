import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { blocks, commandsOf, lookOf, placeholder, runbookPages } from '../support/runbook-pages.ts'
import { type Stack, startStack } from '../support/stack.ts'

const project = 'ronde-runbooks'
let stack: Stack
beforeAll(async () => {
  stack = await startStack(project)
}, 240_000)
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
}, 60_000)

/** The service that a person would name: what the command starts decides, else what the page is about. */
const serviceOf = (command: string, id: string): string => {
  if (command.includes('manage.py')) return 'web'
  return command.includes('psql') || /^(?:postgres|db|db-maintain|schema|purge)\./.test(id) ? 'db' : 'nginx'
}

/** What a person would put for the words in angle brackets. */
const filled = (command: string, id: string): string => {
  const service = serviceOf(command, id)
  const words: Readonly<Record<string, string>> = {
    'project directory': resolve('stack'),
    service,
    port: service === 'db' ? '5432' : '443',
    role: 'quiz',
    database: 'quiz',
    table: 'game',
  }
  return command.replace(placeholder, (text, name: string) => words[name] ?? text)
}

/** The commands about the stack: what only looks, needs nobody else's user, and is filled. */
const commandsFor = (id: string, page: string): readonly string[] =>
  blocks(lookOf(page), 'sh')
    .flatMap(commandsOf)
    .map((one) => filled(one, id))
    .filter((one) => /^(?:time )?docker (?!version)/.test(one) && !/<[a-z][a-z ]*>/.test(one))

const pages = [...runbookPages].map(([id, page]) => ({ id, commands: commandsFor(id, page) })).filter(({ commands }) => commands.length > 0)

const run = (command: string) =>
  spawnSync('bash', ['-c', command], {
    cwd: resolve('stack'),
    encoding: 'utf8',
    timeout: 60_000,
    // As a person has it whose shell stands in the folder of the project.
    env: { ...process.env, ...stack.environment, COMPOSE_PROJECT_NAME: project, LC_ALL: 'C' },
  })

/** A filter that finds nothing is no mistake: that is health. */
const wentWrong = (command: string): readonly string[] => {
  const { status, stdout, stderr } = run(command)
  const foundNothing = status === 1 && /\| grep /.test(command) && stderr === ''
  return status === 0 || foundNothing ? [] : [`${command} ended with ${status}: ${stderr}${stdout}`]
}

test('most pages have commands about the stack', () => {
  expect(pages.length).toBeGreaterThan(15)
})

test.each(pages)(
  'the commands of $id run in the stack',
  ({ commands }) => {
    expect(commands.flatMap(wentWrong)).toEqual([])
  },
  120_000,
)
