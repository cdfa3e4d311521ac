/** Builds `dist/` from `src/`: the same bytes for the same sources, on any machine and in any folder. `--check` compares instead of writing; with `--may-be-stale` it only tells. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { bundleAll } from './bundle.ts'
import { emitModules, stubOfDist, stubs } from './emit.ts'
import { notices } from './notices.ts'
import { billOfMaterials } from './sbom.ts'

const minify = async (folder: string): Promise<void> => {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.js'))) {
    const path = join(folder, name)
    const { code } = await transform(readFileSync(path, 'utf8'), { minify: true, legalComments: 'none', target: 'node24', format: 'esm' })
    writeFileSync(path, code)
  }
}

const build = async (target: string): Promise<void> => {
  await emitModules()
  rmSync(target, { recursive: true, force: true })
  const packages = await bundleAll(target)
  await minify(target)
  await minify(join(target, 'looker'))
  await minify(join(target, 'keeper'))
  await minify(join(target, 'start'))
  for (const name of ['looker', 'keeper']) writeFileSync(join(target, `${name}.js`), `import './${name}/index.js'\n`)
  for (const [name, text] of Object.entries(await stubs(stubOfDist))) writeFileSync(join(target, name), text)
  writeFileSync(join(target, 'licenses.txt'), notices(packages))
  writeFileSync(join(target, 'sbom.cdx.json'), billOfMaterials(packages))
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }\n')
}

const fingerprints = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  )

const check = async (): Promise<void> => {
  const fresh = mkdtempSync(join(tmpdir(), 'ronde-dist-'))
  await build(fresh)
  const [expected, committed] = [fingerprints(fresh), fingerprints('dist')]
  rmSync(fresh, { recursive: true, force: true })
  const stale = [...new Set([...expected.keys(), ...committed.keys()])].filter((name) => expected.get(name) !== committed.get(name))
  if (stale.length === 0) return
  console.error(`dist is stale, run \`npm run build\`: ${stale.toSorted().join(', ')}`)
  if (!process.argv.includes('--may-be-stale')) process.exitCode = 1
}

await (process.argv.includes('--check') ? check() : build('dist'))
