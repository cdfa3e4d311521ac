import type { CreateLook } from '../../../../contract/isolation.ts'
import { createAsk } from './ask.ts'
import type { EndpointQuestion } from './network.ts'
import type { Observation } from './observation.ts'

/** Asks an endpoint that speaks TLS, where it cannot harm the run. */
export const createLook: CreateLook<undefined, EndpointQuestion, Observation> = (_setup, inside) => {
  const ask = createAsk({ ...inside, now: () => Date.now() })
  return ({ target, entry }) => ask({ ...target, url: new URL(target.url) }, entry)
}
