import type { OperationId } from './operations.ts'

/** What goes wrong once (or `times` times), with the next request of the operation or with any next one. */
export type Fault = { readonly on?: OperationId; readonly times?: number } & (
  | { readonly kind: 'status'; readonly status: number; readonly message?: string }
  | { readonly kind: 'secondary-limit'; readonly retryAfterS: number }
  | { readonly kind: 'latency'; readonly latencyMs: number }
  /** The connection breaks, before the request has an effect or after it. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** A 200 of which only the first half arrives. */
  | { readonly kind: 'cut-body' }
  /** Any answer at all; it is validated like one of our own. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
)

/** Faults in the order in which they were added; each is used up by the request that it strikes. */
export const createFaults = () => {
  const queue: { readonly fault: Fault; left: number }[] = []
  const add = (...faults: readonly Fault[]) => {
    queue.push(...faults.map((fault) => ({ fault, left: fault.times ?? 1 })))
  }
  const take = (operation: OperationId | undefined): Fault | undefined => {
    const at = queue.findIndex(({ fault }) => fault.on === undefined || fault.on === operation)
    const found = queue[at]
    if (found === undefined) return undefined
    found.left -= 1
    if (found.left === 0) queue.splice(at, 1)
    return found.fault
  }
  /** What has not struck yet: a test that expected it did not make the request. */
  const pending = (): readonly Fault[] => queue.map((one) => one.fault)
  return { add, take, pending, clear: () => queue.splice(0) }
}
export type Faults = ReturnType<typeof createFaults>
