import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from '@jest/globals'
import pg from 'pg'

type Inside = {
  getStartupConf(): Record<string, string>
  readonly processID: unknown
  readonly secretKey: unknown
  readonly connection: { attachListeners(stream: object): void; on(event: string, listener: (message: never) => void): void }
}

const source = (name: string): string => readFileSync(createRequire(import.meta.url).resolve(name), 'utf8')
const inside = (given: pg.ClientConfig = {}) =>
  new pg.Client({ host: '127.0.0.1', user: 'u', database: 'd', ...given }) as unknown as Inside
const message = (kind: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(kind), length, body])
}

/** What ADR 0019 lists: each part is used by `src/tools/connect/`, and none is in the driver's documentation. */
describe('the driver, where it is used beyond its documentation', () => {
  test('is the version that was read', () => {
    expect(JSON.parse(source('pg/package.json')).version).toBe('8.23.1')
  })

  test('makes its startup packet of what getStartupConf gives, and of an encoding', () => {
    expect(Object.keys(inside({ options: '-c x=1', application_name: 'a' }).getStartupConf()).toSorted()).toEqual([
      'application_name',
      'database',
      'options',
      'user',
    ])
    expect(source('pg/lib/client.js').match(/\.startup\(self\.getStartupConf\(\)\)/g)).toHaveLength(2)
    expect(source('pg-protocol/dist/serializer.js')).toContain("addCString('client_encoding').addCString('UTF8')")
  })

  test('reads a server only by attachListeners, and tells what a login reports', () => {
    const { connection } = inside()
    const told: object[] = []
    connection.on('parameterStatus', ({ parameterName, parameterValue }: { parameterName: string; parameterValue: string }) =>
      told.push({ parameterName, parameterValue }),
    )
    let listener: ((piece: Buffer) => void) | undefined
    connection.attachListeners({
      on: (event: string, given: (piece: Buffer) => void) => {
        if (event === 'data') listener = given
      },
    })
    listener?.(message('S', Buffer.from('DateStyle\0ISO, YMD\0')))
    expect(told).toEqual([{ parameterName: 'DateStyle', parameterValue: 'ISO, YMD' }])
    expect(source('pg/lib/connection.js').match(/parse\(stream/g)).toHaveLength(1)
  })

  test('keeps the key of a session by these names', () => {
    const { processID, secretKey } = inside()
    expect({ processID, secretKey }).toEqual({ processID: null, secretKey: null })
  })

  test('asks the given reader for every type that a server names', () => {
    const asked: number[] = []
    const given = {
      getTypeParser: (oid: number) => {
        asked.push(oid)
        return (text: string) => text
      },
    }
    const client = new pg.Client({ types: given }) as unknown as { getTypeParser(oid: number): (text: string) => string }
    expect(client.getTypeParser(1114)('2026-01-01')).toBe('2026-01-01')
    expect(asked).toEqual([1114])
  })
})
