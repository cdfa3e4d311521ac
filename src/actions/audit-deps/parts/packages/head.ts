import { isAbsolute, relative } from 'node:path'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { readWorkspaceFile } from '../../../../tools/workspace-file.ts'
import type { AuditBase } from './base.ts'

const maxBytes = 1024 * 1024

const judgeChanged = (path: string): JudgedFinding<'audit.head'> =>
  finding({
    id: 'audit.head',
    subject: `file/${path}`,
    status: 'warning',
    title: `this change touches ${path}`,
    observed: 'it differs from the base',
    expected: 'that what decides over this audit is not changed by what is audited; the one of the base was used',
    advice: 'have somebody look at it who answers for the audit',
    certainty: 'hard',
    audience: 'security',
    location: { path, line: 1 },
  })

/** From the workspace, as git names it; what is outside is nothing that a change could touch. */
const inWorkspace =
  (workspace: string) =>
  (path: string): readonly string[] => {
    const here = relative(workspace, isAbsolute(path) ? path : `${workspace}/${path}`)
    return here === '..' || here.startsWith('../') ? [] : [here]
  }

/** Files that decide over the audit and that the head changes: thresholds, sources, accepted risks. */
export const changedRules = async (
  paths: readonly string[],
  workspace: string,
  { git, revision }: AuditBase,
): Promise<readonly JudgedFinding<'audit.head'>[]> => {
  const differs = await Promise.all(
    [...new Set(paths.flatMap(inWorkspace(workspace)))].map(async (path) => {
      const [before, now] = [await git.readFile(revision, path), await readWorkspaceFile(workspace, path, maxBytes)]
      const same = before.kind === now.kind && (before.kind !== 'text' || now.kind !== 'text' || before.text === now.text)
      return same ? [] : [judgeChanged(path)]
    }),
  )
  return differs.flat()
}
