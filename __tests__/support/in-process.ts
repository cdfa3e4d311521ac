import type { Inside, Isolate } from '../../src/contract/isolation.ts'
import { looks } from '../../src/looks.ts'

/** Looks in the process of the test, for whoever gives functions on the way or measures nothing of processes. */
export const inProcess =
  (inside: Inside): Isolate =>
  ({ name }, setup) => {
    const look = looks[name]?.().then((create) => create(setup as never, inside))
    return async (input) => ({ lived: true, value: (await (await look)?.(input as never)) as never })
  }
