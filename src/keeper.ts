import { restoreFolder, saveFolder } from './tools/cache.ts'

/**
 * `keeper.js restore PATH PREFIX`, `keeper.js save PATH KEY`: GitHub's cache in a process of its own. The library prints to the runner, starts
 * `tar` with its whole environment, and weighs more than all the rest of Ronde (ADR 31); here it has what it needs, and nobody reads its output.
 */
const [wanted = '', path = '', key = ''] = process.argv.slice(2)
await (wanted === 'save' ? saveFolder(path, key) : restoreFolder(path, key))
// Connections that are kept would hold it up.
process.exit()
