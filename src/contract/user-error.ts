/** One mistake of a person: where it stands and what was expected. */
export type Mistake = {
  /** `.github/ronde.yml`, or `input endpoints`. */
  readonly source: string
  readonly line?: number
  readonly column?: number
  /** `health-check.endpoints[0].max-latency`; empty when the whole source is meant. */
  readonly path: string
  readonly message: string
}

/** A mistake of a person, told without a stack. Everything else that is thrown is a bug. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly mistakes: readonly Mistake[]
  constructor(message: string, mistakes: readonly Mistake[] = []) {
    super(message)
    this.mistakes = mistakes
  }
}

/** Not `instanceof`: the bundle and a test runner may each hold their own copy of the class. */
export const isUserError = (error: unknown): error is UserError => Error.isError(error) && error.name === 'UserError'
