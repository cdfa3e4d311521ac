/** A folder of an action for what its later runs may find again, also on another machine. */
export type KeptFolder = {
  /** Absolute, only for us (0700), with what an earlier run kept. Anything of it may be missing, old, or cut by a run that died. */
  readonly path: string
  /** Keeps what stands in it now for later runs, where something changed since it was opened. Never throws. */
  readonly keep: () => Promise<void>
}

/** Opens the folder of that name; what earlier runs kept is there when it resolves. Never throws for what stands in the way: then it is empty. */
export type OpenKept = (name: string) => Promise<KeptFolder>
