import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

type Place = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A script of this program, in the folder below its root. */
  readonly looker: string
}

const folder = 'docs/runbooks'
const isIn = (root: string): boolean => root !== '' && existsSync(join(root, folder, 'README.md'))

/**
 * Where the runbooks of this very version can be read, with the last slash: in the repository of the action, or in that of the workspace where the
 * action is its own, else beside the program; undefined where they are nowhere.
 */
export const runbooksOf = ({ environment, looker }: Place): string | undefined => {
  const server = environment['GITHUB_SERVER_URL'] ?? 'https://github.com'
  const action = environment['GITHUB_ACTION_REPOSITORY'] ?? ''
  if (action !== '') return `${server}/${action}/blob/${environment['GITHUB_ACTION_REF'] || 'HEAD'}/${folder}/`
  const own = environment['GITHUB_REPOSITORY'] ?? ''
  if (own !== '' && isIn(environment['GITHUB_WORKSPACE'] ?? ''))
    return `${server}/${own}/blob/${environment['GITHUB_SHA'] || 'HEAD'}/${folder}/`
  const root = resolve(dirname(looker), '..')
  return isIn(root) ? `${join(root, folder)}/` : undefined
}
