import { type BlockNode, readBlockText } from '../block-text.ts'
import { type LockfileContent, type LockfileEntry, type LockfileReader, lockfileContent, noteOfVersion, unreadable } from '../lockfile.ts'
import { type FirstParents, firstParents, wayTo } from '../ways.ts'

const known = 9

type Document = BlockNode
const runtimeKinds = ['dependencies', 'optionalDependencies', 'configDependencies', 'packageManagerDependencies']

const child = (node: BlockNode | undefined, key: string): ReadonlyMap<string, BlockNode> => node?.entries.get(key)?.entries ?? new Map()

/** Without peers and patches: `/react-dom@18.2.0(react@18.2.0)`, `/react-dom/18.2.0_react@18.2.0`. */
const plainKey = (key: string): string => {
  const paren = key.indexOf('(')
  return paren === -1 ? key : key.slice(0, paren)
}

type NameAndVersion = { readonly name: string; readonly version: string }

/** 5.x: `/@scope/name/1.0.0_peer@2.0.0`; from 6: `/@scope/name@1.0.0`, from 9 without the slash. */
const partsOf = (key: string): NameAndVersion => {
  const plain = plainKey(key)
  const bare = plain.startsWith('/') ? plain.slice(1) : plain
  const at = bare.indexOf('@', 1)
  const slash = bare.lastIndexOf('/', bare.indexOf('_') === -1 ? bare.length : bare.indexOf('_'))
  const isOld =
    plain.startsWith('/') && (at === -1 || slash > (bare.startsWith('@') ? bare.indexOf('/') : 0)) && /^\d/.test(bare.slice(slash + 1))
  if (!isOld) return { name: bare.slice(0, at), version: bare.slice(at + 1) }
  return { name: bare.slice(0, slash), version: bare.slice(slash + 1).split('_')[0] ?? '' }
}

/** What is not of the registry says its name and version itself. Where the key says another one too, both are meant by some release of pnpm. */
const identsOf = (key: string, { entries }: BlockNode): readonly NameAndVersion[] => {
  const parts = partsOf(key)
  const said = { name: entries.get('name')?.text ?? parts.name, version: entries.get('version')?.text ?? parts.version }
  const isSame = said.name === parts.name && said.version === parts.version
  return isSame || !/^\d/.test(parts.version) ? [said] : [parts, said]
}

const isElsewhere = (name: string, version: string): boolean =>
  name === '' || version === '' || version.startsWith('file:') || version.startsWith('link:')

/** What a dependency's version leads to: a key of its own, or that of the name. */
const targetsOf = (packages: ReadonlyMap<string, unknown>, name: string, node: BlockNode): readonly string[] => {
  const version = node.entries.get('version')?.text ?? node.text
  const candidates = [version, `${name}@${version}`, `/${name}@${version}`, `/${name}/${version}`]
  const found = candidates.find((one) => packages.has(one))
  return found === undefined ? [] : [found]
}

const wantedOf = (node: BlockNode | undefined, kinds: readonly string[], packages: ReadonlyMap<string, unknown>): readonly string[] =>
  kinds.flatMap((kind) => [...child(node, kind)].flatMap(([name, one]) => targetsOf(packages, name, one)))

type PnpmGraph = { readonly rootsOf: (kinds: readonly string[]) => readonly string[]; readonly wants: (key: string) => readonly string[] }

/** Version 9 keeps what a package is apart from what it wants. */
const graphOf = (document: Document): PnpmGraph => {
  const packages = child(document, 'snapshots').size > 0 ? child(document, 'snapshots') : child(document, 'packages')
  const importers = document.entries.has('importers') ? [...child(document, 'importers').values()] : [document]
  const known = new Map<string, readonly string[]>()
  return {
    rootsOf: (kinds) => importers.flatMap((one) => wantedOf(one, kinds, packages)),
    // Asked twice, for what runs and for everything.
    wants: (key) => {
      const wanted = known.get(key) ?? wantedOf(packages.get(key), runtimeKinds, packages)
      known.set(key, wanted)
      return wanted
    },
  }
}

/** The snapshots of one package differ by their peers; any of them leads to it. */
const byPlainKey = (parents: FirstParents): ReadonlyMap<string, string> => new Map([...parents.keys()].map((key) => [plainKey(key), key]))

const entriesOf = (document: Document): readonly LockfileEntry[] => {
  const { rootsOf, wants } = graphOf(document)
  const runtime = firstParents({ roots: rootsOf(runtimeKinds), wants })
  const all = firstParents({ roots: rootsOf([...runtimeKinds, 'devDependencies']), wants })
  const [inRuntime, inAll] = [byPlainKey(runtime), byPlainKey(all)]
  return [...child(document, 'packages')].flatMap(([key, node]) => {
    const plain = plainKey(key)
    const idents = identsOf(key, node).filter(({ name, version }) => !isElsewhere(name, version))
    const isDev = node.entries.get('dev')?.text === 'true' || (!inRuntime.has(plain) && inAll.has(plain))
    const from = isDev ? all : runtime
    const way = wayTo((isDev ? inAll : inRuntime).get(plain) ?? key, from).map((one) => partsOf(one).name)
    return idents.map(({ name, version }) => ({ name, version, line: node.line, scope: isDev ? 'dev' : 'runtime', way }))
  })
}

/** Where packages are looked for: pnpm writes them in block style, and under names of plain letters. */
const sections: ReadonlySet<string> = new Set(['packages', 'snapshots', 'importers'])

/** YAML has other ways to write the same, which would be passed over: the line of the first that is not what pnpm writes. */
const oddLine = ({ entries }: Document): number | undefined => {
  for (const [key, { text, line }] of entries) {
    if (!/^[A-Za-z]\w{0,60}$/.test(key)) return line
    if (sections.has(key) && text !== '' && text !== '{}') return line
  }
  return [...child({ entries, line: 1, text: '' }, 'packages')].find(([key]) => !/[@/]/.test(key))?.[1].line
}

const read = (text: string): LockfileContent => {
  const file = readBlockText(text)
  if ('trouble' in file) return unreadable(file.trouble)
  const versions = file.documents.map((one) => one.entries.get('lockfileVersion')?.text ?? '')
  if (!versions.some((one) => /^\d/.test(one))) return unreadable('it is no lockfile of pnpm: it has no lockfileVersion')
  const odd = file.documents.map(oddLine).find((line) => line !== undefined)
  if (odd !== undefined) return unreadable(`line ${odd} is not what pnpm writes`)
  const newest = Math.max(...versions.map((one) => Math.floor(Number(one) || 0)))
  return lockfileContent({ entries: file.documents.flatMap(entriesOf), notes: noteOfVersion('pnpm-lock.yaml', newest, known) })
}

/** pnpm's lockfile of versions 5 to 9; also with several documents, and with catalogs. */
export const pnpmLock: LockfileReader = { format: 'pnpm-lock.yaml', ecosystem: 'npm', isName: (name) => name === 'pnpm-lock.yaml', read }
