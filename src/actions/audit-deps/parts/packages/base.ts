import type { Context } from '../../../../contract/context.ts'
import type { Obstacle } from '../../../../contract/seen.ts'
import { type Advisory, packageKey } from '../../../../domain/packages/match.ts'
import type { LockedPackage } from '../../../../domain/packages/package.ts'
import { createGitObjects, type GitObjects } from '../../../../tools/git-objects.ts'
import type { AuditOptions } from '../../options.ts'
import { type GatheredPackages, gatherPackages } from './gather.ts'
import { isWanted } from './look.ts'

/** What a run is compared with. */
export type AuditBase = { readonly revision: string; readonly git: GitObjects }

/** What the base holds; `unreadable`: nothing is compared, for everything would look new. */
export type BasePackages = { readonly base: AuditBase; readonly packages: readonly LockedPackage[] } | { readonly unreadable: Obstacle }

/** The commit to compare with: the option's, else that of the pull request. */
export const baseOf = (options: AuditOptions, context: Context): AuditBase | undefined => {
  const revision = options.base ?? context.pullRequest?.base
  const { runProgram: run, workspace, signal } = context
  return revision === undefined ? undefined : { revision, git: createGitObjects({ run, workspace, signal }) }
}

const advice = 'give actions/checkout `fetch-depth: 0`, or fetch that commit before this step'

/** Reads the base's lockfiles out of git. */
export const readBase = async (base: AuditBase, options: AuditOptions): Promise<BasePackages> => {
  const { revision, git } = base
  if (!(await git.hasCommit(revision))) return { unreadable: { cause: `the commit ${revision} is not in this checkout`, advice } }
  const paths = await git.listFiles(revision)
  if (paths === undefined) return { unreadable: { cause: `git cannot list the files of ${revision}`, advice } }
  const read = async (path: string) => {
    const file = await git.readBytes(revision, path)
    if (file.kind === 'bytes') return file
    return { cause: file.kind === 'absent' ? 'it is not there' : file.cause }
  }
  const gathered: GatheredPackages = await gatherPackages(paths.filter(isWanted(options.paths)), read, options.ecosystems)
  return { base, packages: gathered.packages }
}

/** Packages that a change brings, and what of the same name was there before: all that need to be asked about. */
export const changedPackages = (head: readonly LockedPackage[], before: readonly LockedPackage[]) => {
  const known = new Set(before.map(packageKey))
  const brought = head.filter((one) => !known.has(packageKey(one)))
  const names = new Set(brought.map(({ ecosystem, name }) => `${ecosystem}\n${name}`))
  return { brought, former: before.filter(({ ecosystem, name }) => names.has(`${ecosystem}\n${name}`)) }
}

/** New is what no version of the package had before: a bump that stays affected brings nothing. */
export const newAdvisories = (brought: readonly Advisory[], former: readonly Advisory[]): readonly Advisory[] => {
  const known = new Set(former.flatMap(({ ecosystem, name, ids }) => ids.map((id) => `${ecosystem}\n${name}\n${id}`)))
  return brought.filter(({ ecosystem, name, ids }) => !ids.some((id) => known.has(`${ecosystem}\n${name}\n${id}`)))
}
