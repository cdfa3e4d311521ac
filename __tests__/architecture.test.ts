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

  const homes: readonly { what: string; pattern: RegExp; home: RegExp }[] = [
    { what: 'process.env', pattern: /process\s*\.\s*env\b|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/, home: /^(runtime\/|index\.ts)/ },
    { what: 'node:child_process', pattern: /node:child_process/, home: /^tools\/process(-now\.ts$|\/)/ },
    {
      what: 'node:tls and node:https',
      pattern: /(?:^import (?!type\b)[^\n]*from|import\(|getBuiltinModule\()\s*'(?:node:)?(?:tls|https)'/m,
      home: /^core\/net\/tls\.ts$/,
    },
    { what: '@actions/*', pattern: /['"/]@actions\//, home: /^(runtime|github)\// },
    { what: 'console and process.stdout', pattern: /\bconsole\.|process\.std(out|err)\b/, home: /^runtime\/print\.ts$/ },
    { what: 'instanceof Error', pattern: /instanceof \w*Error\b/, home: /^$/ },
    { what: 'a default export', pattern: /^export default/m, home: /^$/ },
    { what: 'a shell', pattern: /\bshell:\s*(true|['"`])|execSync|execFileSync/, home: /^$/ },
  ]
  test.each(homes)('$what stands only in its home', ({ pattern, home }) => {
    expect(files.filter((file) => pattern.test(file.text) && !home.test(file.name)).map((file) => file.name)).toEqual([])
  })
})
