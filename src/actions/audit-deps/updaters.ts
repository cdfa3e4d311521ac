import { readWorkspaceFile } from '../../tools/workspace-file.ts'

const places = {
  Dependabot: ['.github/dependabot.yml', '.github/dependabot.yaml'],
  Renovate: ['renovate.json', 'renovate.json5', '.github/renovate.json', '.github/renovate.json5', '.renovaterc', '.renovaterc.json'],
} as const

const maxBytes = 1024 * 1024

/** Who proposes updates of this repository by pull requests, as far as its files tell; that is left to them. */
export const updatersOf = async (workspace: string): Promise<readonly string[]> => {
  const found = await Promise.all(
    Object.entries(places).map(async ([name, paths]) => {
      const read = await Promise.all(paths.map((path) => readWorkspaceFile(workspace, path, maxBytes)))
      return read.some(({ kind }) => kind === 'text') ? [name] : []
    }),
  )
  return found.flat()
}
