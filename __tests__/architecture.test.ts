import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from '@jest/globals'

/** Which layers of `src/` each layer may import; the linter knows the same rules for static imports, this sees the lazy ones as well. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  contract: ['contract'],
  core: ['core', 'contract'],
  domain: ['domain', 'core', 'contract'],
  incidents: ['incidents', 'core', 'contract'],
  tools: ['tools', 'domain', 'core', 'contract'],
  github: ['github', 'incidents', 'core', 'contract'],
  probes: ['probes', 'tools', 'github', 'domain', 'core', 'contract'],
  runtime: ['runtime', 'github', 'tools', 'incidents', 'core', 'contract'],
  actions: ['actions', 'probes', 'tools', 'github', 'incidents', 'domain', 'core', 'contract'],
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name.includes('/'))
  .map((name) => ({ name, layer: name.split('/')[0] ?? '', text: readFileSync(join('src', name), 'utf8') }))

const imports = (text: string): string[] => [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')

const faults = (of: (file: (typeof files)[number]) => readonly string[]): string[] =>
  files.flatMap((file) => of(file).map((what) => `${file.name}: ${what}`))

/** Which files of `src/` each file imports, for types or for values, lazily or not. */
const graph: ReadonlyMap<string, readonly string[]> = new Map(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const targets = imports(readFileSync(join('src', name), 'utf8')).filter((target) => target.startsWith('.'))
      return [name, targets.map((target) => normalize(join(dirname(name), target)))]
    }),
)

/** The way from a file back to itself, for each cycle once. */
const cyclesIn = (edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] => {
  const found: string[][] = []
  const done = new Set<string>()
  const visit = (name: string, way: readonly string[]): void => {
    const at = way.indexOf(name)
    if (at !== -1) found.push([...way.slice(at), name])
    if (at !== -1 || done.has(name)) return
    for (const target of edges.get(name) ?? []) visit(target, [...way, name])
    done.add(name)
  }
  for (const name of edges.keys()) visit(name, [])
  return found
}

/** The files of `src/incidents/` in their order (docs/architecture.md, "How a finding becomes an issue"); a file imports only from earlier ones. */
const chainOfRules = [
  'finding-ids.generated.ts',
  'renamed.ts',
  'disturbed.ts',
  'model.ts',
  'marker.ts',
  'identify.ts',
  'judge.ts',
  'confirm.ts',
  'texts/',
  'silence.ts',
  'journal.ts',
  'update.ts',
  'commands.ts',
  'obey.ts',
  'flap.ts',
  'escalate.ts',
  'close.ts',
  'group.ts',
  'open.ts',
  'outbox.ts',
  'fit.ts',
  'reconcile.ts',
]

describe('the layers of src/', () => {
  test('every folder is a known layer', () => {
    expect([...new Set(files.map((file) => file.layer))].filter((layer) => allowed[layer] === undefined)).toEqual([])
  })

  test('imports, lazy ones included, point only to the layers below', () => {
    const found = faults(({ name, layer, text }) =>
      imports(text)
        .filter((target) => target.startsWith('.'))
        .map((target) => normalize(join(dirname(name), target)))
        .filter((target) => !target.startsWith('../node_modules/'))
        .filter((target) => !(allowed[layer] ?? []).includes(target.split('/')[0] ?? '')),
    )
    expect(found).toEqual([])
  })

  test('actions never import each other', () => {
    const found = faults(({ name, layer, text }) =>
      imports(text)
        .filter((target) => layer === 'actions' && target.startsWith('.'))
        .map((target) => normalize(join(dirname(name), target)))
        .filter((target) => target.startsWith('actions/') && target.split('/')[1] !== name.split('/')[1]),
    )
    expect(found).toEqual([])
  })

  test('no file imports itself by way of others, not for its types either', () => {
    expect(cyclesIn(graph)).toEqual([])
  })

  test('a cycle of types is found', () => {
    const drawn = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b', 'd']],
      ['d', []],
    ])
    expect(cyclesIn(drawn)).toEqual([['b', 'c', 'b']])
  })

  test('the rules of incidents are a chain: each knows only those before it', () => {
    const own = [...graph.keys()].filter((name) => name.startsWith('incidents/'))
    const placeOf = (name: string): number => chainOfRules.findIndex((one) => name.startsWith(`incidents/${one}`))
    expect(own.filter((name) => placeOf(name) === -1)).toEqual([])
    const backwards = own.flatMap((name) =>
      (graph.get(name) ?? [])
        .filter((target) => target.startsWith('incidents/') && placeOf(target) > placeOf(name))
        .map((target) => `${name}: ${target}`),
    )
    expect(backwards).toEqual([])
  })

  test('an exported type is called after its subject, and no two have one name', () => {
    const names = files.flatMap(({ text }) => [...text.matchAll(/^export (?:type|interface) (\w+)/gm)].map(([, name]) => name ?? ''))
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    expect(names.filter((name) => ['About', 'Told', 'Part', 'Done', 'Given'].includes(name))).toEqual([])
  })

  const homes: readonly { what: string; pattern: RegExp; home: RegExp }[] = [
    { what: 'process.env', pattern: /process\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/, home: /^(runtime\/|index\.ts)/ },
    { what: 'node:child_process', pattern: /node:child_process/, home: /^tools\/process(-now\.ts$|\/)/ },
    {
      what: 'node:tls and node:https',
      pattern: /(?:^import (?!type\b)[^\n]*from|import\(|getBuiltinModule\()\s*'(?:node:)?(?:tls|https)'/m,
      home: /^core\/net\/tls\.ts$/,
    },
    {
      what: 'a lazy import of a module that is a function itself, whose names the bundler loses,',
      pattern: /import\('(?:node:)?(?:stream|events|assert)'\)/,
      home: /^$/,
    },
    { what: '@actions/*', pattern: /['"/]@actions\//, home: /^(runtime\/|github\/|tools\/cache\.ts$)/ },
    { what: 'console and process.stdout', pattern: /\bconsole\.|process\.std(out|err)\b/, home: /^runtime\/print\.ts$/ },
    { what: 'instanceof Error', pattern: /instanceof \w*Error\b/, home: /^$/ },
    { what: 'a default export', pattern: /^export default/m, home: /^$/ },
    { what: 'a shell', pattern: /\bshell:\s*(true|['"`])|execSync|execFileSync/, home: /^$/ },
  ]
  test.each(homes)('$what stands only in its home', ({ pattern, home }) => {
    expect(files.filter((file) => pattern.test(file.text) && !home.test(file.name)).map((file) => file.name)).toEqual([])
  })
})
