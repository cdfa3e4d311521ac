import { type BlockNode, readBlockText } from '../block-text.ts'
import {
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
  lockfileContent,
  noteOfVersion,
  noVersion,
  type UnpinnedEntry,
  unreadable,
} from '../lockfile.ts'
import { firstParents, unwanted, wayTo } from '../ways.ts'

const knownBerry = 10

type Locked = {
  readonly name: string
  readonly version: string
  readonly line: number
  readonly wants: readonly string[]
  readonly isProject: boolean
}

/** `"@babel/core@npm:^7.0.0, @babel/core@^7.1.0"` in its parts; a range may hold a comma only inside quotes. */
const descriptors = (key: string): readonly string[] =>
  key
    .split(',')
    .map((one) => one.trim().replace(/^"|"$/g, ''))
    .filter((one) => one !== '')

/** `@scope/name@range` at the `@` that is not its first character. */
const split = (descriptor: string): readonly [name: string, range: string] => {
  const at = descriptor.indexOf('@', 1)
  return at === -1 ? [descriptor, ''] : [descriptor.slice(0, at), descriptor.slice(at + 1)]
}

/** An alias, `four@npm:lodash@4.17.20`, is what it leads to. */
const realName = (descriptor: string): string => {
  const [name, range] = split(descriptor)
  const target = range.startsWith('npm:') ? range.slice(4) : ''
  return target.indexOf('@', 1) === -1 ? name : split(target)[0]
}

const textAt = (node: BlockNode, key: string): string => node.entries.get(key)?.text ?? ''

const wantsOf = (node: BlockNode): readonly string[] =>
  ['dependencies', 'optionalDependencies'].flatMap((kind) =>
    [...(node.entries.get(kind)?.entries ?? [])].map(([name, { text }]) => `${name.replaceAll('"', '')}@${text}`),
  )

const lockedOf = (key: string, node: BlockNode): Locked => {
  const resolution = textAt(node, 'resolution')
  const name = resolution === '' ? realName(descriptors(key)[0] ?? key) : split(resolution)[0]
  const range = split(resolution)[1]
  // What berry fetches is what the resolution says, whatever stands beside it.
  const [, resolved] = /^npm:(\d[^:#]*)/.exec(range) ?? []
  const version = resolved ?? textAt(node, 'version')
  return { name, version, line: node.line, wants: wantsOf(node), isProject: range.startsWith('workspace:') }
}

/** Each descriptor leads to its block; berry writes `npm:` before a range that the wanting block leaves out, or the other way round. */
const createFind = (blocks: ReadonlyMap<string, BlockNode>) => {
  const keys = new Map([...blocks.keys()].flatMap((key) => descriptors(key).map((one) => [one, key] as const)))
  return (descriptor: string): string | undefined => {
    const [name, range] = split(descriptor)
    return keys.get(descriptor) ?? keys.get(`${name}@npm:${range}`)
  }
}

const entriesOf = (blocks: ReadonlyMap<string, BlockNode>): Pick<LockfileContent, 'entries' | 'unpinned'> => {
  const locked = new Map([...blocks].map(([key, node]) => [key, lockedOf(key, node)]))
  const find = createFind(blocks)
  const wants = (key: string) => (locked.get(key)?.wants ?? []).flatMap((one) => find(one) ?? [])
  const isProject = (key: string) => locked.get(key)?.isProject === true
  const packages = [...locked.keys()].filter((key) => !isProject(key))
  const projects = [...locked.keys()].filter(isProject)
  const roots = projects.length > 0 ? projects.flatMap(wants).filter((key) => !isProject(key)) : unwanted(packages, wants)
  const parents = firstParents({ roots, wants })
  const entries: LockfileEntry[] = []
  const unpinned: UnpinnedEntry[] = []
  for (const key of packages) {
    const { name = key, version = '', line = 1 } = locked.get(key) ?? {}
    if (version === '0.0.0-use.local') continue
    const way = wayTo(key, parents).map((each) => locked.get(each)?.name ?? each)
    if (version === '') unpinned.push({ name, wanted: noVersion, line })
    else entries.push({ name, version, line, scope: 'runtime', way })
  }
  return { entries, unpinned }
}

const read = (text: string): LockfileContent => {
  const file = readBlockText(text)
  if ('trouble' in file) return unreadable(file.trouble)
  const blocks = new Map(file.documents.flatMap(({ entries }) => [...entries]))
  const version = Number(blocks.get('__metadata')?.entries.get('version')?.text ?? 0)
  blocks.delete('__metadata')
  const nameless = [...blocks].find(([key, node]) => !key.includes('@') || node.entries.size === 0)
  if (nameless !== undefined) return unreadable(`line ${nameless[1].line} is not what yarn writes`)
  return lockfileContent({
    ...entriesOf(blocks),
    tool: version > 0 ? 'yarn berry' : 'yarn 1',
    notes: noteOfVersion('yarn.lock', version, knownBerry),
  })
}

/** yarn 1, and berry up to the version of yarn 4. It does not say what is for development alone: all counts as runtime. */
export const yarnLock: LockfileReader = { format: 'yarn.lock', ecosystem: 'npm', isName: (name) => name === 'yarn.lock', read }
