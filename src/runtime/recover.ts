import { tmpdir } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Context, Secrets } from '../contract/context.ts'
import type { Programs, RunProgram } from '../contract/process.ts'
import type { Registry } from '../contract/registry.ts'
import type { Site } from '../contract/site.ts'
import { isUserError, UserError } from '../contract/user-error.ts'
import { errorText } from '../core/error-chain.ts'
import { sharedProject, siteKey } from '../core/site.ts'
import type { Listing } from '../tools/compose.ts'
import { createIsolation } from '../tools/isolation/isolation.ts'
import type { LookerProgram } from '../tools/isolation/looker.ts'
import { createContext } from './context.ts'
import type { Printer } from './print.ts'
import { reach } from './recovery-settings.ts'
import type { Configured } from './site.ts'
import { holdSite } from './site-lock.ts'
import { removeLedger } from './state/ledger.ts'
import type { LedgerFile, LedgerHeader } from './state/ledger-file.ts'
import { leftLedgers } from './state/ledger-left.ts'
import { noState } from './state-of-run.ts'

/** What a process recovers with: no configuration is parsed yet. */
export type Recoverer = {
  readonly registry: Registry
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Names in every `${NAME}` that the event itself brought. */
  readonly brought: ReadonlySet<string>
  readonly printer: Printer
  readonly secrets: Secrets
  readonly redact: (text: string) => string
  readonly runProgram: RunProgram
  readonly programs: Programs
  readonly looker: LookerProgram
  readonly listing: Listing
  readonly workspace: string
  readonly cancelled: AbortSignal
  /** Ledgers of this process that are still written. */
  readonly own: Set<string>
  /** Why what was tried did not succeed, by the path of the ledger. */
  readonly tried: Map<string, string>
  /** Those of them that lacked a secret, which the configuration may have once it is parsed. */
  readonly lacking: Set<string>
}

export type RecoveryWanted = {
  /** The state folder. */
  readonly directory: string
  readonly concerns: (file: LedgerFile) => boolean
  /** What this run has parsed itself: a URL that leads to the same database is used, and the release before recorded none of it. */
  readonly configured?: Configured
  /** This process has the locks already. */
  readonly holdsLock?: boolean
}

type Readable = Extract<LedgerFile, { kind: 'ledger' }>
type Limits = { readonly signal: AbortSignal; readonly deadline: number }

/** Of all that a run recovers, also of a quick one. */
const recoveryLimitMs = 2 * 60_000
/** After the abort: what still hangs is left to the next run. */
const graceMs = 3_000

const notHere = (what: string) => () => {
  throw new UserError(`a recovery has no ${what}`)
}

const contextOf = (
  { header, steps }: Readable,
  wanted: RecoveryWanted,
  by: Recoverer,
  limits: Limits,
): Context | { readonly gone: string } => {
  const { configured = {} } = wanted
  const { environment, brought } = by
  const reached = reach(header.settings, { environment, brought, known: configured.database?.url })
  if ('gone' in reached) return reached
  for (const secret of reached.secrets) by.secrets.add(secret)
  const { repository, server } = header
  return createContext({
    ...by,
    ...limits,
    action: header.action,
    repository,
    server,
    servers: [],
    configuration: '',
    temporary: tmpdir(),
    dryRun: false,
    runId: '',
    common: header.version === 1 ? configured : { compose: reached.compose, database: reached.database },
    stateDirectory: wanted.directory,
    store: noState,
    ledger: { write: notHere('ledger of its own'), pending: () => steps },
    isolate: createIsolation({ program: by.looker, run: by.runProgram, signal: limits.signal }).isolate,
    exclusively: async (work) => ({ kind: 'done', value: await work() }),
    uninterrupted: (swap) => swap(new AbortController().signal),
    recoveries: () => ({ recoveries: [], troubles: [] }),
    openWeb: () => notHere('way to the network'),
    openKept: async () => notHere('folder for later runs')(),
    openRepository: async () => notHere('repository')(),
    invoke: async () => notHere('other action')(),
  })
}

const hung = 'it was not done in time'

const late = async (signal: AbortSignal): Promise<typeof hung> => {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await delay(graceMs)
  return hung
}

/** Why a ledger cannot be replayed now; undefined when it was, and is gone. */
const replay = async (file: Readable, wanted: RecoveryWanted, by: Recoverer, limits: Limits): Promise<string | undefined> => {
  const { header, trouble } = file
  if (trouble !== undefined) return trouble.cause
  const load = Object.hasOwn(by.registry, header.action) ? by.registry[header.action] : undefined
  const action = load === undefined ? undefined : (await load()).action
  if (action?.recover === undefined) return `this release has no action ${header.action} that could recover it`
  const context = contextOf(file, wanted, by, limits)
  if ('gone' in context) {
    by.lacking.add(file.path)
    return `it needs ${context.gone}`
  }
  try {
    if ((await Promise.race([action.recover(context), late(limits.signal)])) === hung) return hung
    removeLedger(file.path)
    return undefined
  } catch (error) {
    // It stays pending, which is told as critical until somebody has mended the cause.
    return isUserError(error) ? error.message : errorText(error)
  }
}

const sayLeft = ({ printer, redact }: Recoverer, { action }: LedgerHeader, cause: string): void =>
  printer.command('error', { title: 'ronde: recovery.pending' }, redact(`${action}: what an earlier run left is not recovered: ${cause}`))

/** False when one of them still hangs: then the lock is not given back before this process ends. */
const recoverAll = async (files: readonly Readable[], wanted: RecoveryWanted, by: Recoverer): Promise<boolean> => {
  const deadline = Date.now() + recoveryLimitMs
  const own = new AbortController()
  // Not `unref`: what waits for nothing that ever comes would let the process end without a word.
  const timer = setTimeout(() => own.abort('deadline'), recoveryLimitMs)
  const signal = AbortSignal.any([by.cancelled, own.signal])
  let ended = true
  for (const file of files) {
    if (!ended || by.cancelled.aborted) break
    by.printer.line(`ronde ${file.header.action}: an earlier run did not end; it is recovered now`)
    const cause = await replay(file, wanted, by, { signal, deadline })
    ended = cause !== hung
    if (cause === undefined) by.tried.delete(file.path)
    else {
      by.tried.set(file.path, cause)
      sayLeft(by, file.header, cause)
    }
  }
  clearTimeout(timer)
  return ended
}

const isReadable = (file: LedgerFile): file is Readable => file.kind === 'ledger'

const sharedOf = ({ project, settings: { compose, url } }: LedgerHeader): string | undefined =>
  sharedProject(project, { compose, byUrl: url !== undefined })

const siteOf = ({ repository, server, project }: LedgerHeader): Site => ({ repository, server, project, formerly: [] })

/** Replays what ended runs left, the latest first, each site under its own lock. Never throws for what an action does; says what stays. False when something hangs. */
export const recoverLeft = async (wanted: RecoveryWanted, by: Recoverer): Promise<boolean> => {
  let ended = true
  const left = () => leftLedgers(wanted.directory, by.own).filter(isReadable).filter(wanted.concerns)
  if (wanted.holdsLock === true) return recoverAll(left(), wanted, by)
  for (const [key, [first]] of Map.groupBy(left(), ({ header }) => siteKey(header))) {
    if (first === undefined || by.cancelled.aborted) continue
    const of = { site: siteOf(first.header), shared: sharedOf(first.header) }
    const lock = await holdSite({ directory: wanted.directory, of, what: 'a recovery', deadline: Date.now() + recoveryLimitMs })
    if (lock.kind === 'refused') {
      by.printer.line(`ronde ${first.header.action}: not recovered now: ${lock.cause}`)
      continue
    }
    // Looked at again: somebody else may have recovered it before we had the lock.
    const done = await recoverAll(
      left().filter(({ header }) => siteKey(header) === key),
      wanted,
      by,
    )
    if (done) lock.release()
    ended &&= done
  }
  return ended
}
