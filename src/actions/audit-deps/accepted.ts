import type { Context } from '../../contract/context.ts'
import { applyIgnores, type Ignored, type IgnoreFile, readIgnoreFile } from '../../domain/packages/ignore.ts'
import type { Advisory } from '../../domain/packages/match.ts'
import { pathMatcher } from '../../probes/files/path-pattern.ts'
import type { GitObjects } from '../../tools/git-objects.ts'
import { readWorkspaceFile } from '../../tools/workspace-file.ts'
import type { AuditWorld } from './part.ts'

type ReadableBase = { readonly revision: string; readonly git: GitObjects }

type IgnoreLook = { readonly file: IgnoreFile; readonly ignored: Ignored }

const maxIgnoreBytes = 1024 * 1024

/** Of a change the base's: what it accepts itself does not count before it is merged. */
const readIgnores = (path: string, { workspace }: Context, base: ReadableBase | undefined) =>
  base === undefined ? readWorkspaceFile(workspace, path, maxIgnoreBytes) : base.git.readFile(base.revision, path)

/** Which of the advisories somebody accepted, by the ignore file of the workspace, or of the base. */
export const lookAtIgnores = async (
  advisories: readonly Advisory[],
  path: string,
  { context, startedAt }: AuditWorld,
  base: ReadableBase | undefined,
): Promise<IgnoreLook> => {
  const read = await readIgnores(path, context, base)
  const file =
    read.kind === 'text'
      ? readIgnoreFile(read.text, startedAt)
      : { entries: [], mistakes: read.kind === 'absent' ? [] : [{ line: 1, text: read.cause }] }
  const matches = (pattern: string, one: string) => pathMatcher(pattern)(one)
  return { file, ignored: applyIgnores(advisories, file.entries, { now: startedAt, matches }) }
}
