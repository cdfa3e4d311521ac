import { hash } from 'node:crypto'
import { finding, type HouseId, type JudgedFinding } from '../contract/finding.ts'
import { configurationsRead, noteConfiguration } from './state/read-configurations.ts'

/** Which configuration a run goes by. */
export type ReadConfiguration = {
  /** As the person named it. */
  readonly source: string
  /** False where there is no file, and nobody named one. */
  readonly isThere: boolean
  /** For people: the file, or that there is none. */
  readonly words: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** The same step of the same job: another one may do without a file, by its inputs alone. */
const wordOf = ({ source }: ReadConfiguration, environment: Environment, name: string): string => {
  const ref = (environment['GITHUB_WORKFLOW_REF'] ?? '').split('@', 1)
  const given = [...ref, ...['GITHUB_JOB', 'INPUT_ROUND', 'INPUT_SERVER'].map((key) => environment[key] ?? '')]
  return hash('sha256', JSON.stringify([source, name, ...given])).slice(0, 16)
}

const missing = ({ source, words }: ReadConfiguration): JudgedFinding<HouseId> =>
  finding({
    id: 'configuration.missing',
    subject: source,
    status: 'warning',
    title: `${source} is not there: this run went by the defaults`,
    observed: words,
    expected: `${source}, which an earlier run of this job read`,
    advice: `check out the repository before this step (\`actions/checkout\`, with ${source} in it); to go on without a configuration, keep an empty ${source}`,
    certainty: 'hard',
    audience: 'technical',
  })

type Noting = { readonly environment: Environment; readonly name: string; readonly folder: string | undefined }

/** Remembers a configuration that was read, and says when it is gone: the defaults look at less, and a run of less looks healthy. */
export const judgeConfiguration = (read: ReadConfiguration, { environment, name, folder }: Noting): readonly JudgedFinding<HouseId>[] => {
  if (folder === undefined) return []
  const repository = environment['GITHUB_REPOSITORY'] ?? ''
  const word = wordOf(read, environment, name)
  if (read.isThere) {
    noteConfiguration(folder, repository, word)
    return []
  }
  return configurationsRead(folder, repository).includes(word) ? [missing(read)] : []
}
