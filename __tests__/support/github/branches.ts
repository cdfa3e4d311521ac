import { type Repository, shaOf } from './world.ts'

const refName = (branch: string): string => `refs/heads/${branch}`

/** The files of a branch; the default branch's are `repository.files`. Nothing when there is no such branch. */
export const filesOf = (repository: Repository, branch = repository.defaultBranch): Map<string, string> | undefined => {
  if (branch === repository.defaultBranch) return repository.files
  return repository.refs.has(refName(branch)) ? (repository.branchFiles.get(branch) ?? new Map()) : undefined
}

/** An open pull request follows its branch; a closed one stays at the commit that it had. */
const setRef = (repository: Repository, ref: string, sha: string): void => {
  repository.refs.set(ref, sha)
  for (const pull of repository.pulls) if (ref === refName(pull.head ?? '') && pull['state'] === 'open') pull.sha = sha
}

/** Makes a branch point to a commit: it has the files of the branch that points there too. */
export const pointTo = (repository: Repository, ref: string, sha: string): void => {
  const from = [...repository.refs].find(([, at]) => at === sha)?.[0].replace('refs/heads/', '')
  const branch = ref.replace('refs/heads/', '')
  const files = new Map(filesOf(repository, from) ?? [])
  setRef(repository, ref, sha)
  if (branch !== repository.defaultBranch) repository.branchFiles.set(branch, files)
}

/** A commit on a branch that writes one file; gives its hash. */
export const commitFile = (repository: Repository, branch: string, { path, text }: { path: string; text: string }): string => {
  const ref = refName(branch)
  const sha = shaOf(`commit ${repository.refs.get(ref)} ${path} ${text}`)
  filesOf(repository, branch)?.set(path, text)
  setRef(repository, ref, sha)
  repository.commits.push({ sha, branch, path })
  return sha
}
