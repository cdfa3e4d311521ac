/** Writes everything that follows from the declarations of the actions, and the lists of pages. `--check` names what differs instead. */
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Action } from '../src/contract/action.ts'
import { actionYml, roundYml } from './generate/action-yml.ts'
import { contents } from './generate/pages.ts'
import { referencePage } from './generate/reference.ts'
import { findingIdsModule, partsModule, registryModule } from './generate/registries.ts'
import { actionsTable, between, firstReadme, inputsTable, optionsTable, outputsTable } from './generate/tables.ts'

/** Path -> content. */
type Files = Readonly<Record<string, string>>

const checking = process.argv.includes('--check')

const differing = (files: Files): string[] =>
  Object.entries(files)
    .filter(([path, content]) => !existsSync(path) || readFileSync(path, 'utf8') !== content)
    .map(([path]) => path)

const settle = (files: Files): readonly string[] => {
  const changed = differing(files)
  for (const path of checking ? [] : changed) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, files[path] ?? '')
  }
  return changed
}

const actionNames = (): readonly string[] =>
  readdirSync('src/actions')
    .filter((name) => existsSync(`src/actions/${name}/action.ts`))
    .toSorted()

/** Folders of actions that are no more. */
const orphans = (): readonly string[] =>
  (existsSync('actions') ? readdirSync('actions') : []).filter((name) => !actionNames().includes(name)).map((name) => `actions/${name}`)

/** Every `parts/<part>/part.ts` of an action. */
const partsOf = (action: string): Files => {
  const names = globSync(`src/actions/${action}/parts/*/part.ts`).map((path) => basename(dirname(path)))
  return names.length === 0 ? {} : { [`src/actions/${action}/parts.generated.ts`]: partsModule(names) }
}

const idsPath = 'src/incidents/finding-ids.generated.ts'
const exportsOf = (module: string): string => [...module.matchAll(/^export const \w+/gm)].join()

/** The actions import this module, from whose declarations it is made: one of another release or branch may lack what they import. */
const firstIds = (): Files => {
  const empty = findingIdsModule([])
  const isWhole = existsSync(idsPath) && exportsOf(readFileSync(idsPath, 'utf8')) === exportsOf(empty)
  return isWhole ? {} : { [idsPath]: empty }
}

const modules = (): Files => ({
  ...firstIds(),
  ...Object.assign({}, ...actionNames().map(partsOf)),
  'src/registry.generated.ts': registryModule(actionNames()),
})

const readme = (action: Action): Files => {
  const path = `actions/${action.name}/README.md`
  const text = existsSync(path) ? readFileSync(path, 'utf8') : firstReadme(action)
  const tables = { options: optionsTable(action), inputs: inputsTable(action), outputs: outputsTable(action) }
  return { [path]: Object.entries(tables).reduce((written, [name, table]) => between(written, name, table), text) }
}

const rootReadme = (actions: readonly Action[]): Files => {
  const path = 'README.md'
  return { [path]: between(readFileSync(path, 'utf8'), 'actions', actionsTable(actions)) }
}

const declared = async (actions: readonly Action[]): Promise<Files> => {
  const { reportsSchema, rondeSchema } = await import('./generate/schemas.ts')
  return {
    'action.yml': roundYml(actions),
    [idsPath]: findingIdsModule(actions),
    ...Object.fromEntries(actions.map((action) => [`actions/${action.name}/action.yml`, actionYml(action)])),
    ...Object.assign({}, ...actions.map(readme)),
    ...rootReadme(actions),
    ...contents(),
    'docs/reference.md': referencePage(),
    'schema/ronde.schema.json': rondeSchema(actions),
    'schema/report.schema.json': reportsSchema(),
  }
}

const load = async (name: string): Promise<Action> => {
  const { action } = (await import(`../src/actions/${name}/action.ts`)) as { action: Action }
  return action
}

/** The modules come first: the declarations are loaded through them. */
const changedModules = settle(modules())
const actions = checking && changedModules.length > 0 ? [] : await Promise.all(actionNames().map(load))
const changed = [...changedModules, ...(actions.length === 0 ? [] : settle(await declared(actions)))]
for (const path of changed) console.log(checking ? `${path} is stale: run \`npm run generate\`` : `wrote ${path}`)
for (const path of orphans()) console.log(`${path} belongs to no action: delete it`)
if ((checking && changed.length > 0) || orphans().length > 0) process.exitCode = 1
