import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { DriftedPin } from '../../../../domain/packages/drift.ts'

const mostNames = 50

const driftText = ({ pin, locked }: DriftedPin): string => `${pin.name} ${pin.version}, locked ${locked.join(' and ')}`

/** Two files that shall say the same: which of them is installed decides what is vulnerable. */
export const judgeDrift = (path: string, all: readonly DriftedPin[]): JudgedFinding<'audit.unpinned'> => {
  const [first] = all
  return finding({
    id: 'audit.unpinned',
    subject: `drift/${path}`,
    status: 'warning',
    title: `${path} pins ${all.length === 1 ? 'another version' : 'other versions'} than ${first?.lock ?? 'its lock'}`,
    observed: all.slice(0, 3).map(driftText).join('; ') + (all.length > 3 ? ` and ${all.length - 3} more` : ''),
    expected: 'one version of each package in both',
    advice: 'make it anew from the lock, such as with `poetry export`, `uv export` or `pipenv requirements`, in the same commit',
    evidence: all.slice(0, mostNames).map((one) => `${path}:${one.pin.line} ${driftText(one)}`),
    certainty: 'hard',
    audience: 'security',
    location: { path, line: first?.pin.line ?? 1 },
  })
}
