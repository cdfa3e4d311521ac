import { execFileSync } from 'node:child_process'

/** A new pair of age's own kind, by its own program. */
export const newAgeKey = (): { readonly secret: string; readonly recipient: string } => {
  const text = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const recipient = /age1\w+/.exec(text)?.[0]
  const secret = /AGE-SECRET-KEY-\w+/.exec(text)?.[0]
  if (recipient === undefined || secret === undefined) throw new Error('age-keygen made no key')
  return { secret: `${secret}\n`, recipient }
}
