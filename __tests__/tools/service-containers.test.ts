import { expect, test } from '@jest/globals'
import type { Finished } from '../../src/contract/process.ts'
import { type ContainerWorld, runningAmong, startContainers } from '../../src/tools/service-containers.ts'
import { container } from '../support/compose.ts'

type Exit = Extract<Finished, { readonly ended: 'exit' }>
const finished = (given: Partial<Exit>): Exit => ({
  ended: 'exit',
  exitCode: 0,
  stdout: '',
  stderr: '',
  truncated: false,
  durationMs: 1,
  ...given,
})
const began = '2026-11-30T20:00:00Z'

/** An engine that answers by the command and the container; `asked` is what it was told to do. */
const engine = (answers: Readonly<Record<string, Partial<Exit>>>) => {
  const asked: string[] = []
  const world: ContainerWorld = {
    progress: { say: () => {} },
    compose: {
      containers: async () => ({ seen: true, at: 0, value: ['a', 'b'].map((id) => container({ id, service: `service-${id}` })) }),
      docker: async (args) => {
        const what = `${args[0]} ${args.at(-1)}`
        asked.push(what)
        return finished(answers[what] ?? {})
      },
    },
  }
  return { world, asked }
}

test('where nobody can say whether a container runs, none is taken for one that does not', async () => {
  const { world } = engine({
    'container a': { exitCode: 1, stderr: 'Error: No such container: a\n' },
    'container b': { exitCode: 1, stderr: 'Cannot connect to the Docker daemon\n' },
  })
  expect(await runningAmong([{ id: 'a' }], world)).toEqual([])
  await expect(runningAmong([{ id: 'b' }], world)).rejects.toThrow('b runs could not be seen: Cannot connect')
})

test('one that does not start keeps no other from being started', async () => {
  const { world, asked } = engine({
    'container a': { stdout: `false ${began}\n` },
    'container b': { stdout: `false ${began}\n` },
    'start a': { exitCode: 1, stderr: 'port is already allocated\n' },
  })
  const both = ['a', 'b'].map((id) => ({ id, startedAt: began }))
  await expect(startContainers(both, world)).rejects.toThrow('service-a was stopped for a backup or a restore and does not start: port is')
  expect(asked).toContain('start b')
})

test('one that still runs as before is restarted, for its stop may be under way; one that somebody started since is left', async () => {
  const { world, asked } = engine({
    'container a': { stdout: `true ${began}\n` },
    'container b': { stdout: 'true 2026-11-30T21:00:00Z\n' },
  })
  await startContainers(
    ['a', 'b'].map((id) => ({ id, startedAt: began })),
    world,
  )
  expect(asked.filter((one) => !one.startsWith('container'))).toEqual(['restart a'])
})
