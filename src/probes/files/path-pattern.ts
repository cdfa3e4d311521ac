import { nameMatcher } from './name-pattern.ts'

type Segment = 'any' | ((name: string) => boolean)

const segmentsOf = (pattern: string): readonly Segment[] =>
  pattern
    .replace(/^\.\//, '')
    .split('/')
    .filter((name) => name !== '')
    .map((name) => (name === '**' ? 'any' : nameMatcher(name)))

/** `**` stands for any number of folders. As in a name, only the last of them is ever taken anew. */
const fits = (segments: readonly Segment[], names: readonly string[]): boolean => {
  let [segment, at, run, runEnd] = [0, 0, -1, 0]
  while (at < names.length) {
    const now = segments[segment]
    if (now === 'any') {
      run = segment
      runEnd = at
      segment += 1
    } else if (now?.(names[at] ?? '') === true) {
      segment += 1
      at += 1
    } else if (run === -1) return false
    else {
      runEnd += 1
      at = runEnd
      segment = run + 1
    }
  }
  return segments.slice(segment).every((one) => one === 'any')
}

/** Whether a path with `/` is one that a pattern means: itself, or below a folder that it names. */
export const pathMatcher = (pattern: string): ((path: string) => boolean) => {
  const exact = segmentsOf(pattern)
  const below: readonly Segment[] = [...exact, 'any']
  return (path) => {
    const names = path.split('/')
    return fits(exact, names) || fits(below, names)
  }
}
