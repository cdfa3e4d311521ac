/** Milliseconds since the Unix epoch. */
export type Instant = number

/** What a probe brings back: either what it saw, or why it could not look and what would let it. */
export type Seen<T> =
  | { readonly seen: true; readonly value: T; readonly at: Instant }
  | { readonly seen: false; readonly cause: string; readonly advice: string }

export const saw = <T>(value: T, at: Instant): Seen<T> => ({ seen: true, value, at })
export const couldNotLook = (cause: string, advice: string): Seen<never> => ({ seen: false, cause, advice })
