import type { Mistake } from '../../contract/user-error.ts'
import { commonShape, serverOnlyShape } from '../../core/options/common.ts'
import { suite } from '../../core/options/suite.ts'
import { didYouMean } from '../../core/suggestion.ts'
import { type Configuration, notAMapping } from './configuration.ts'
import { isMapping, type Path, pathText, valueAt } from './path.ts'

export type CheckedKeys = {
  readonly mistakes: readonly Mistake[]
  /** Sections of actions that are not in this release. */
  readonly notYet: readonly string[]
}

const unknownKeys = (file: Configuration, at: Path, known: readonly string[]): readonly Mistake[] => {
  const found = valueAt(file.value, at)
  return Object.keys(isMapping(found) ? found : {})
    .filter((key) => !known.includes(key))
    .map((key) => ({
      source: file.source,
      ...file.place([...at, key], 'key'),
      path: pathText([...at, key]),
      message: `unknown key${didYouMean(key, known)}`,
    }))
}

/** Judges the names at the top of the file and of each server; what the sections hold is judged by the runs that use them. */
export const checkKeys = (file: Configuration, actions: readonly string[]): CheckedKeys => {
  const sections = [...new Set([...actions, ...suite])]
  const everywhere = [...Object.keys(commonShape), ...sections]
  const servers = isMapping(file.value['servers']) ? Object.keys(file.value['servers']) : []
  const roots: readonly Path[] = [[], ...servers.map((name) => ['servers', name])]
  const mistakes = [
    ...unknownKeys(file, [], [...everywhere, 'servers']),
    ...notAMapping(file, ['servers']),
    ...servers.flatMap((name) => [
      ...notAMapping(file, ['servers', name]),
      ...unknownKeys(file, ['servers', name], [...everywhere, ...Object.keys(serverOnlyShape)]),
    ]),
    ...roots.flatMap((root) => sections.flatMap((section) => notAMapping(file, [...root, section]))),
  ]
  const used = (section: string) => roots.some((root) => valueAt(file.value, [...root, section]) !== undefined)
  return { mistakes, notYet: sections.filter((section) => !actions.includes(section) && used(section)) }
}
