import type { CreateLook } from '../../../../contract/isolation.ts'
import type { HeadersSetup, SeenOfOne } from '../../looks.ts'
import type { CertTarget } from '../endpoints/target.ts'
import { createAskHeaders } from './look.ts'
import { judgeHeaders } from './policy.ts'

/** Asks a web server for its headers and judges them, where it cannot harm the run. */
export const createLook: CreateLook<HeadersSetup, CertTarget, SeenOfOne> = ({ now }, { signal }) => {
  const ask = createAskHeaders({ signal, now: () => now })
  return async (target) => {
    const seen = await ask(target)
    return { completed: seen.https.kind !== 'unseen', findings: judgeHeaders(target, seen), certificates: [], served: [] }
  }
}
