import { fitsSteps, nameMatcher, type PatternStep } from './name-pattern.ts'

/** `**` stands for any number of folders. */
const segmentsOf = (pattern: string): readonly PatternStep[] =>
  pattern
    .replace(/^\.\//, '')
    .split('/')
    .filter((name) => name !== '')
    .map((name) => (name === '**' ? 'run' : nameMatcher(name)))

/** Whether a path with `/` is one that a pattern means: itself, or below a folder that it names. */
export const pathMatcher = (pattern: string): ((path: string) => boolean) => {
  const exact = segmentsOf(pattern)
  const below: readonly PatternStep[] = [...exact, 'run']
  return (path) => {
    const names = path.split('/')
    return fitsSteps(exact, names) || fitsSteps(below, names)
  }
}
