import { describe, expect, test } from '@jest/globals'
import { startBrokenServer } from '../support/broken-server.ts'
import { startChild } from '../support/child.ts'

/** A process that works on the project of this server, as its ledger tells. */
const startWork = async (directory: string, ...more: readonly string[]) => {
  const child = startChild('ledger-keeper.ts', [directory, `run-${more.join('-')}`, ...more])
  await child.firstLine
  return {
    end: async () => {
      child.kill()
      await child.ended
    },
  }
}

describe("Ronde's own work on the project", () => {
  test('opens nothing that it explains while it goes on; when it has died, what is still bad opens', async () => {
    await using server = await startBrokenServer()
    await server.look()
    const work = await startWork(server.stateDirectory)
    server.break()
    const during = await server.look()
    expect(during.outputs['status']).toBe('critical')
    expect(during.log).toMatch(/nothing opened \(update \(process \d+\) works on this project, until .* at the latest\): endpoint\.status/)
    expect(server.issues()).toEqual([])
    expect(during.reports[0]?.origin?.work).toMatchObject([{ action: 'update' }])
    await work.end()
    await server.look()
    expect(
      server
        .issues()
        .map((one) => one.title)
        .toSorted(),
    ).toEqual([expect.stringContaining('a run of update died'), expect.stringContaining('503')])
  }, 60_000)

  test('explains nothing after its deadline, though its process lives on', async () => {
    await using server = await startBrokenServer()
    await server.look()
    const work = await startWork(server.stateDirectory, 'quiz', '1')
    server.break()
    await server.look()
    await work.end()
    expect(server.issues()).toMatchObject([{ title: expect.stringContaining('503') }])
  }, 60_000)

  test('on another project explains nothing here', async () => {
    await using server = await startBrokenServer()
    await server.look()
    const work = await startWork(server.stateDirectory, 'shop')
    server.break()
    await server.look()
    await work.end()
    expect(server.issues()).toHaveLength(1)
  }, 60_000)
})
