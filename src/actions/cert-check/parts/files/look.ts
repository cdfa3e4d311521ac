import { basename, resolve } from 'node:path'
import type { Instant } from '../../../../contract/seen.ts'
import { createChainReader } from '../../../../domain/x509/chain.ts'
import type { RightsAdvice } from '../../../../probes/certbot/rights.ts'
import { expandPattern } from '../../../../probes/files/glob.ts'
import { readBounded } from '../../../../probes/files/read.ts'
import { readAuthority } from '../../../../probes/net/authority.ts'
import { createStore } from '../../../../probes/tls/store.ts'
import type { CertOptions } from '../../options.ts'
import { judgeFile } from './policy.ts'
import type { CertificateFileVerdict, FileRules } from './verdict.ts'

/** Larger than any chain; a bundle of all public authorities is a quarter of it. */
const limitBytes = 1024 * 1024
/** Side by side: what is held in memory at once stays below 10 MiB. */
const atOnce = 8

/** A file that is judged under its name, and where it is read. */
export type JudgedPath = { readonly path: string; readonly from: string }

/** What is said of a private key's rights is that they stay. */
const looksLikeKey = /key|\.(?:p12|pfx|jks|kdbx?)$/i

/** Reads and judges a few files at a time, so that many large ones do not fill the memory. */
export const judgePaths = async (paths: readonly JudgedPath[], rules: FileRules): Promise<readonly CertificateFileVerdict[]> => {
  const judged: CertificateFileVerdict[] = []
  for (let start = 0; start < paths.length; start += atOnce) {
    const some = paths.slice(start, start + atOnce)
    judged.push(
      ...(await Promise.all(some.map(async ({ path, from }) => judgeFile({ path, read: await readBounded(from, limitBytes) }, rules)))),
    )
  }
  return judged
}

/** The paths that `files` matches, each once; relative ones start from the workspace. */
export const matchedFiles = async (patterns: readonly string[]) => {
  const matches = await Promise.all(patterns.map((pattern) => expandPattern(resolve(pattern))))
  return { matches, paths: [...new Set(matches.flatMap((one) => one.paths))] }
}

/** The store of the run: what a chain on disk may end at. Nothing is said of completeness where `ca-file` cannot be read. */
const chainReader = async (caFile: string | undefined, now: Instant): Promise<Pick<FileRules, 'chainOf' | 'rootsKnown'>> => {
  const read = caFile === undefined ? undefined : await readAuthority(caFile, 'ca-file')
  const store = await createStore(read !== undefined && 'ready' in read ? [read.ready] : [])
  return { chainOf: createChainReader(store.roots, now), rootsKnown: read === undefined || 'ready' in read }
}

/** The limits of the options, as the shared policies take them. */
export const fileRules = async (
  options: CertOptions,
  { now, grant }: { readonly now: Instant; readonly grant: RightsAdvice },
): Promise<FileRules> => ({
  ...(await chainReader(options['ca-file'], now)),
  rule: { absolute: options.thresholds.expiry, renewalPeriodMs: options['renewal-period'] },
  now,
  grant: (path) =>
    looksLikeKey.test(basename(path)) ? 'it looks like a private key, which stays closed: name the certificate' : grant('r', [path]),
  doubt: 'warning',
  renew: () => undefined,
})
