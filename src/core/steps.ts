import type { JsonObject } from '../contract/json.ts'

/** What recovery needs to undo a step, without options or secrets; written to the ledger before the step is done. */
export type StepRecord = JsonObject

/**
 * One step of a change. Both ways are idempotent: `undo` comes after a `do` that was never begun, half done or done twice, and may itself be
 * cut short and come again.
 */
export type Step<World, Record extends StepRecord> = {
  do(record: Record, world: World): Promise<void>
  undo(record: Record, world: World): Promise<void>
}

/** The steps of a change by name: a step that is not here cannot be done, and a test that kills the run at every step enumerates them. */
export type Steps<World, Records extends { readonly [Name in keyof Records]: StepRecord }> = {
  readonly [Name in keyof Records & string]: Step<World, Records[Name]>
}

/** The part of the ledger that steps need. */
export type StepLedger = { write(entry: JsonObject): void }

const isRecord = (value: unknown): value is StepRecord => typeof value === 'object' && value !== null && !Array.isArray(value)

type Entry = { readonly step: string; readonly record: StepRecord }

/** An entry of the ledger that a step wrote; undefined for another kind of entry. */
const stepOf = (entry: JsonObject): Entry | undefined => {
  const { step, record } = entry
  return typeof step === 'string' && isRecord(record) ? { step, record } : undefined
}

/** Undoes what a ledger says was begun, the last first; throws at the first that cannot be undone, and those before it stay in the ledger. */
export const undoSteps = async <World, Records extends { readonly [Name in keyof Records]: StepRecord }>(
  steps: Steps<World, Records>,
  entries: readonly JsonObject[],
  world: World,
): Promise<void> => {
  const known: Readonly<Record<string, Step<World, never> | undefined>> = steps
  for (const entry of entries.toReversed()) {
    const begun = stepOf(entry)
    if (begun === undefined) continue
    const step = Object.hasOwn(steps, begun.step) ? known[begun.step] : undefined
    if (step === undefined) throw new Error(`the ledger names a step that this version does not know: ${begun.step}`)
    await step.undo(begun.record as never, world)
  }
}

/** A change under way: `step` writes to the ledger, then does; `undo` takes back all that this run began, the last first. */
export const beginSteps = <World, Records extends { readonly [Name in keyof Records]: StepRecord }>(
  steps: Steps<World, Records>,
  world: World,
  ledger: StepLedger,
) => {
  const begun: JsonObject[] = []
  return {
    step: async <Name extends keyof Records & string>(name: Name, record: Records[Name]): Promise<void> => {
      const entry: JsonObject = { step: name, record }
      // Throws when it is not safely on disk: then the step is not begun.
      ledger.write(entry)
      begun.push(entry)
      await steps[name].do(record, world)
    },
    undo: async (): Promise<void> => {
      await undoSteps(steps, begun, world)
      begun.length = 0
    },
  }
}
