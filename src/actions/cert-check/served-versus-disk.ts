import type { Instant } from '../../core/seen.ts'
import type { CertOptions } from './options.ts'
import { type Looked, nothingOf, type OnDisk, type Served } from './part.ts'

export type Both = { readonly served: readonly Served[]; readonly onDisk: readonly OnDisk[] }

/** To be written on branch cert-b: what is served against what lies on disk, by name and address. Pure; runs after all parts. */
export const judgeServedVersusDisk = (_both: Both, _options: CertOptions, _now: Instant): Looked => nothingOf('served-versus-disk')
