import type { Isolated } from '../contract/isolation.ts'
import { errorText } from './error-chain.ts'

/** What was thrown over one thing is told of that thing alone, as what ended a process is: the looks at all others stand. */
export const livedOrThrew = async <Out>(look: () => Promise<Isolated<Out>>): Promise<Isolated<Out>> => {
  try {
    return await look()
  } catch (error) {
    return { lived: false, ended: `an error (${errorText(error)})` }
  }
}
