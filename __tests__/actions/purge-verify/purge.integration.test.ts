import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { openSession } from '../../support/postgres-sessions.ts'
import { dayAt, gameTable, noonZone, runPurge } from '../../support/purge.ts'

jest.setTimeout(60_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())

const withRows = async (rows: Readonly<Record<string, number>>) => {
  await using session = await openSession(server)
  await gameTable(session, rows)
}

describe('the rows of the table', () => {
  test('only of today: proven, and every output is there', async () => {
    await withRows({ [dayAt(0)]: 3 })
    const ran = await runPurge(server.url)
    expect(ran.badIds).toEqual([])
    expect(ran.outputs).toMatchObject({ status: 'ok', 'stale-rows': '0', 'business-date': dayAt(0) })
    expect(ran.report).toMatchObject({ scope: ['table', 'rows-deleted', 'locks'] })
    expect(ran.log).toContain(`game: 0 rows older for ${dayAt(0)} (${noonZone})`)
  })

  test('of yesterday: critical, with their number, the oldest of them and what to do', async () => {
    await withRows({ [dayAt(0)]: 3, [dayAt(-1)]: 12, [dayAt(-4)]: 400 })
    const ran = await runPurge(server.url)
    expect(ran.badIds).toEqual(['critical purge.stale-rows'])
    expect(ran.bad[0]).toMatchObject({
      subject: 'table/game',
      title: `game: 412 rows are older than ${dayAt(0)}`,
      observed: `412 rows, oldest day_date ${dayAt(-4)}`,
      expected: `0 rows older than the business date ${dayAt(0)} (${noonZone}), since 00:15`,
      certainty: 'hard',
      check: 'table',
    })
    expect(ran.outputs['stale-rows']).toBe('412')
    expect(ran.conclusion).toBe('failure')
  })
})
