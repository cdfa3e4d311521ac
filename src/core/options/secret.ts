import { z } from 'zod'

/**
 * What of an option is secret, for the runtime, which replaces `${NAME}` and masks before anything else happens.
 * `whole`: the value. `parts`: only what `${NAME}` put into it. `url`: the password of the URL, and all of it when `${NAME}` put it there.
 * `credentials`: the password of a URL in which `${NAME}` is not replaced.
 */
export type Secrecy = 'whole' | 'parts' | 'url' | 'credentials'

/** Marks of schemas; a clone by `.meta()` or a refinement inherits its parent's mark. */
export const secrecy = z.registry<{ readonly secrecy: Secrecy }>()

/** Marks a schema and gives it back. */
export const withSecrecy = <Schema extends z.ZodType>(schema: Schema, mark: Secrecy): Schema => {
  secrecy.add(schema, { secrecy: mark })
  return schema
}

const text = () =>
  z.string({ error: (issue) => (issue.input === undefined ? undefined : 'expected text (not shown: it is secret)') }).min(1, 'is empty')

/** A secret as a whole, such as a password. `${NAME}` is replaced from the environment; the value never stands in a message. */
export const secretText = (): z.ZodType<string, string> => withSecrecy(text(), 'whole')

/** Text of which only the `${NAME}` parts are secret, such as the header value `Bearer ${TOKEN}`. */
export const textWithSecrets = (): z.ZodType<string, string> => withSecrecy(text(), 'parts')
