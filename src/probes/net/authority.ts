import { loadTls } from '../../core/net/tls.ts'
import { codeOf, notSeen, type Unseen } from './fault.ts'

/** PEM text of authorities, or why a file gives none. */
export type Authority = { readonly ready: string } | { readonly unseen: Unseen }

/** A bundle of all public authorities has 250 kB. */
const maxBytes = 4 * 1024 * 1024

/** Reads a PEM file of authorities that shall be trusted, and tries whether it can be used. `option`: where it was named. */
export const readAuthority = async (path: string, option: string): Promise<Authority> => {
  const { readFile, stat } = await import('node:fs/promises')
  const unusable = (why: string) =>
    notSeen(`the authority ${path} cannot be used (${why})`, `name a PEM file in \`${option}\` that the runner can read`, true)
  try {
    if ((await stat(path)).size > maxBytes) return unusable('larger than 4 MiB')
    const ready = await readFile(path, 'utf8')
    if (!ready.includes('-----BEGIN CERTIFICATE-----')) return unusable('no certificate in it')
    loadTls().createSecureContext({ ca: ready })
    return { ready }
  } catch (error) {
    // A file that is missing, not ours to read, or broken: told with its path; the other endpoints go on.
    return unusable(codeOf(error))
  }
}
