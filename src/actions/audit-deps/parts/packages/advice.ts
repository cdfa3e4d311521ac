import { posix } from 'node:path'
import { plainWords } from '../../../../core/text/plain.ts'
import { shellCommand, type Word } from '../../../../core/text/shell-command.ts'
import type { Advisory } from '../../../../domain/packages/match.ts'
import type { LockedPackage } from '../../../../domain/packages/package.ts'

type Fix = { readonly name: string; readonly fixed: string; readonly direct: boolean }

const named = (name: string): Word => ({ kind: 'package', name })
const pinned = (name: string, glue: '==' | '@', version: string): Word => ({ kind: 'requirement', name: `${name}${glue}${version}` })

type Words = (fix: Fix) => readonly Word[]

const byTool: Readonly<Record<string, Words>> = {
  'poetry.lock': ({ name, fixed, direct }) => (direct ? ['poetry', 'add', pinned(name, '==', fixed)] : ['poetry', 'update', named(name)]),
  'Pipfile.lock': ({ name, fixed }) => ['pipenv', 'upgrade', pinned(name, '==', fixed)],
  'uv.lock': ({ name, fixed }) => ['uv', 'lock', '--upgrade-package', pinned(name, '==', fixed)],
  'pdm.lock': ({ name }) => ['pdm', 'update', named(name)],
  'package-lock.json': ({ name, fixed, direct }) =>
    direct ? ['npm', 'install', pinned(name, '@', fixed)] : ['npm', 'update', named(name)],
  'yarn 1': ({ name, fixed, direct }) => (direct ? ['yarn', 'upgrade', pinned(name, '@', fixed)] : ['yarn', 'upgrade', named(name)]),
  'yarn berry': ({ name, fixed, direct }) => (direct ? ['yarn', 'up', pinned(name, '@', fixed)] : ['yarn', 'up', '-R', named(name)]),
  'pnpm-lock.yaml': ({ name, fixed, direct }) =>
    direct ? ['pnpm', 'update', pinned(name, '@', fixed)] : ['pnpm', 'update', '--depth', '100', named(name)],
  'bun.lock': ({ name, fixed, direct }) => (direct ? ['bun', 'add', pinned(name, '@', fixed)] : ['bun', 'update', named(name)]),
}

const written = new Set(['requirements.txt', 'pyproject.toml'])

/** A word of ours may stand in a sentence only as what its grammar allows. */
const requirementText = (name: string, fixed: string): string | undefined => shellCommand([pinned(name, '==', fixed)])

const adviceFor = (
  { name, fixed }: Advisory & { readonly fixed: string },
  { file, line, tool, way }: LockedPackage,
): string | undefined => {
  if (written.has(tool)) {
    const requirement = requirementText(name, fixed)
    return requirement === undefined ? undefined : `write \`${requirement}\` in ${plainWords(file)}, line ${line}, and install again`
  }
  const words = byTool[tool]?.({ name, fixed, direct: way.length <= 1 })
  const command = words === undefined ? undefined : shellCommand(words)
  const folder = posix.dirname(file)
  return command === undefined ? undefined : `${folder === '.' ? '' : `in ${plainWords(folder)}: `}\`${command}\``
}

/** What to run, by the first place; in words where no command can be made of the names. */
export const adviceOf = (advisory: Advisory): string => {
  const [place] = advisory.places
  const { fixed } = advisory
  if (advisory.records.some((id) => id.startsWith('MAL-'))) return 'remove it, and change every secret of the machines that installed it'
  if (fixed === undefined || place === undefined) return 'no version fixes it yet: replace it, or accept it in the ignore file for a while'
  return adviceFor({ ...advisory, fixed }, place) ?? `install version ${plainWords(fixed)} or a later one`
}
