import type { Programs } from '../../contract/process.ts'
import { createLaunch } from './launch.ts'
import { createPipe } from './pipe.ts'
import { createRun } from './run.ts'
import { createStart } from './start.ts'

/** The three ways to use programs. `environment` is ours: only its allow-listed part reaches a child. */
export const createPrograms = (ours: { readonly environment: Readonly<Record<string, string | undefined>> }): Programs => {
  const launcher = createLaunch(ours)
  return { run: createRun(launcher), pipe: createPipe(launcher), start: createStart(launcher) }
}
