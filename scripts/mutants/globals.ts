/** What tests take from `@jest/globals`, without jest: a process runs one change, so that starting must be cheap. Titles are not needed. */
import { expect } from 'expect'

type Work = (...args: readonly unknown[]) => unknown
type Case = { readonly name: string; readonly run: () => Promise<void> }

const collected: Case[] = []
const before: Work[] = []
const after: Work[] = []
const beforeOne: Work[] = []
const afterOne: Work[] = []

const rowsOf = (rows: readonly unknown[]): readonly (readonly unknown[])[] => rows.map((row) => (Array.isArray(row) ? row : [row]))

const test = (name: string, work: Work): void => {
  collected.push({
    name,
    run: async () => {
      for (const one of beforeOne) await one()
      await work()
      for (const one of afterOne) await one()
    },
  })
}
test.each =
  (rows: readonly unknown[]) =>
  (name: string, work: Work): void => {
    for (const row of rowsOf(rows)) test(name, () => work(...row))
  }

const describe = (_name: string, work: Work): void => {
  work()
}
describe.each =
  (rows: readonly unknown[]) =>
  (_name: string, work: Work): void => {
    for (const row of rowsOf(rows)) work(...row)
  }

const into =
  (list: Work[]) =>
  (work: Work): void => {
    list.push(work)
  }
const [beforeAll, afterAll, beforeEach, afterEach] = [into(before), into(after), into(beforeOne), into(afterOne)]

/** Runs what was collected since the last call; gives the first test that fails, or `undefined`. */
export const firstFailure = async (): Promise<string | undefined> => {
  const [cases, first, last] = [collected.splice(0), before.splice(0), after.splice(0)]
  for (const work of first) await work()
  try {
    for (const { name, run } of cases) {
      try {
        await run()
      } catch {
        // Whatever a test throws is what it noticed.
        return name
      }
    }
    return undefined
  } finally {
    for (const work of last) await work()
    beforeOne.length = 0
    afterOne.length = 0
  }
}

/** Watches a method: what it was called with, until it is given back. */
const spyOn = (target: Record<string, (...args: unknown[]) => unknown>, name: string) => {
  const method = target[name]
  if (method === undefined) throw new Error(`no method ${name}`)
  const calls: unknown[][] = []
  target[name] = function watched(this: unknown, ...args: unknown[]) {
    calls.push(args)
    return method.apply(this, args)
  }
  return {
    mock: { calls },
    mockRestore: () => {
      target[name] = method
    },
  }
}

export const jest = { spyOn }
export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test }
