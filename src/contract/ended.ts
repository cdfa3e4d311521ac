/** Another process of ours was ended by what it met: no mistake of a person, and none that has a stack here. */
export class Ended extends Error {
  override readonly name = 'Ended'
  /** The name of the signal, or how else it ended. */
  readonly by: string
  constructor(subject: string, by: string) {
    super(`${subject}: ${by} ended the process that spoke with it`)
    this.by = by
  }
}

/** Not `instanceof`: the bundle and a test runner may each hold their own copy of the class. */
export const isEnded = (error: unknown): error is Ended => Error.isError(error) && error.name === 'Ended'
