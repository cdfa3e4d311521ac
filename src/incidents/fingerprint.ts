import { hash } from 'node:crypto'
import type { Parts } from './model.ts'

/** Finding ids that were renamed, old to new: an open incident keeps its identity across the release that renames. */
const aliases: Readonly<Record<string, string>> = {}

const maxKeyChars = 300
const digested = /^sha256:[0-9a-f]{24}$/
const digestOf = (key: string): string => `sha256:${hash('sha256', key).slice(0, 24)}`

/** A key that tells nothing, for public repositories. */
export const digestKey = (key: string): string => (digested.test(key) ? key : digestOf(key))

/** A key as a marker keeps it: itself, or its digest when it is very long. */
export const plainKey = (key: string): string => (key.length > maxKeyChars ? digestKey(key) : key)

/** `v1` and 12 hexadecimal digits. */
export const fingerprint = (parts: Parts): string => {
  const id = aliases[parts.id] ?? parts.id
  const text = [parts.repository, parts.server, parts.project, parts.action, id, parts.key].join('|')
  return `v1${hash('sha256', text).slice(0, 12)}`
}

/** The same for an incident whether its marker keeps the key or only its digest: a repository that becomes public keeps its incidents. */
export const identityOf = (parts: Parts): string => fingerprint({ ...parts, key: digestKey(parts.key) })
