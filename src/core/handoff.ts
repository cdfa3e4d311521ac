/** Chunks on their way from one who has them to one who asks for them: whoever gives waits until the last one was taken. */
export type Handoff<T> = {
  /** Resolves when it was asked for; rejects when nobody will ask any more. */
  readonly give: (one: T) => Promise<void>
  /** No more come. */
  readonly end: () => void
  /** What is there is not all, and never will be: the taker's loop throws. */
  readonly fail: (cause: string) => void
  /** Nobody takes any more: whoever gives is told. */
  readonly leave: () => void
  readonly taken: AsyncIterable<T>
}

type Offer<T> = { readonly value: T; readonly accept: () => void }

/** Hands chunks over one by one, so that the slower side sets the pace and nothing is piled up between them. */
export const createHandoff = <T>(): Handoff<T> => {
  const left = Promise.withResolvers<never>()
  // Only whoever gives is told; when nobody gives nobody minds.
  left.promise.catch(() => {})
  let offered = Promise.withResolvers<Offer<T> | 'end'>()
  offered.promise.catch(() => {})
  async function* take() {
    for (;;) {
      const offer = await offered.promise
      if (offer === 'end') return
      offered = Promise.withResolvers()
      offered.promise.catch(() => {})
      offer.accept()
      yield offer.value
    }
  }
  return {
    give: (value) => {
      const accepted = Promise.withResolvers<void>()
      offered.resolve({ value, accept: accepted.resolve })
      return Promise.race([accepted.promise, left.promise])
    },
    end: () => offered.resolve('end'),
    fail: (cause) => offered.reject(new Error(cause)),
    leave: () => left.reject(new Error('nobody reads it any more')),
    taken: take(),
  }
}
